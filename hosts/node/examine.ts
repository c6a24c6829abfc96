// What has to be known of a file before it is sent to a machine.

import { FaultError } from "./error.js";
import { Linkwright } from "./linkwright.js";
import { isObject } from "./objects.js";

/** A defined symbol of a file. */
export interface Export {
  readonly name: string;
  readonly vaddr: bigint;
  readonly bytes: bigint;
  /** STT number. */
  readonly type: number;
}

/** A file as far as it can be read without loading it. */
export interface Examined {
  readonly machine: number;
  readonly class: number;
  readonly needed: readonly string[];
  readonly exports: readonly Export[];
  /** It is an object, or an archive of them: it is linked with its neighbours before it is loaded. */
  readonly isObject: boolean;
  /** Why its symbols can't be read. */
  readonly fault: FaultError | undefined;
}

/**
 * Inspects a file and reads its symbols.
 *
 * @param beside  of an object: what is linked into the same module, whose symbols it then has, too
 * @throws FaultError if the file is wrong
 */
export async function examine(path: string, bytes: Uint8Array, beside: readonly Uint8Array[] = []): Promise<Examined> {
  using linkwright = await Linkwright.create();
  if (isObject(bytes)) {
    // Its symbols are what it has when it is linked, whatever the rest of its module defines.
    using module = await linkwright.context().load(bytes, { name: path, with: beside, link: false });
    const exports = module.symbols.filter((one) => one.name && one.section !== 0 && one.bind !== 0);
    return { machine: module.machine, class: module.class, needed: [], exports, isObject: true, fault: undefined };
  }
  using image = await linkwright.inspect(bytes, { name: path });
  const facts = { machine: image.machine, class: image.class, needed: image.needed, isObject: false };
  try {
    using module = await linkwright.context().load(image, { link: false });
    const exports = module.symbols.filter((one) => one.name && one.section !== 0 && one.bind !== 0);
    return { ...facts, exports, fault: undefined };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { ...facts, exports: [], fault: error };
  }
}

/** The last symbol at or before a link-time address. */
export function symbolAt(exports: readonly Export[], vaddr: bigint): { name: string; offset: bigint } | undefined {
  let best: Export | undefined;
  for (const one of exports) if (one.vaddr <= vaddr && (!best || one.vaddr > best.vaddr)) best = one;
  return best && { name: best.name, offset: vaddr - best.vaddr };
}
