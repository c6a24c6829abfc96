// The part of the WebAssembly JavaScript API that this host uses; @types/node leaves it to the DOM library.

declare namespace WebAssembly {
  type ExportValue = unknown;
  type ImportValue = unknown;
  type Imports = Record<string, Record<string, ImportValue>>;

  class Module {
    private constructor();
  }

  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Record<string, ExportValue>;
  }

  function compile(bytes: Uint8Array): Promise<Module>;
}
