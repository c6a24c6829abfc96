// What the API throws. `code` is stable; a fault of the core comes whole.

import { Code } from "../../assembly/words.js";
import { type Fault, type Missing, faultText } from "./fault.js";

/** Everything that Linkwright throws. */
export class LinkwrightError extends Error {
  /** Stable name of what went wrong. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An option that does not exist, or a value that it can't have. */
export class OptionError extends LinkwrightError {
  constructor(message: string) {
    super("BadOption", message);
  }
}

/** What the system says of a call that failed, without its name and the path: "no such file or directory". */
export function systemText(cause: unknown): string {
  const { message } = cause as Error;
  return /^[A-Z0-9]+: (.*?), \w+(?: '|$)/.exec(message)?.[1] ?? message;
}

/** A file that can't be read, or a source that broke its promise. */
export class SourceError extends LinkwrightError {
  constructor(message: string, options?: ErrorOptions) {
    super("SourceUnreadable", message, options);
  }
}

/** A fault of the core: `code` is its name in docs/faults.md. */
export class FaultError extends LinkwrightError {
  readonly fault: Fault;
  /** Every library, symbol and version that nobody has. */
  readonly missing: readonly Missing[];

  constructor(fault: Fault, missing: readonly Missing[] = [], options?: ErrorOptions) {
    super(fault.code, faultText(fault, missing), options);
    this.fault = fault;
    this.missing = missing;
  }
}

/** The file is wrong. */
export class FileError extends FaultError {}
/** The file is right, but not for this host. */
export class UnsupportedError extends FaultError {}
/** The host refused what the core asked of it. */
export class HostError extends FaultError {}
/** A library or a symbol is missing, or the tables that name them are wrong. */
export class LinkError extends FaultError {}
/** A relocation can't be done. */
export class RelocationError extends FaultError {}
/** An initialiser or finaliser can't be called. */
export class RunError extends FaultError {}
/** The caller's mistake. */
export class MisuseError extends FaultError {}
/** The core is out of memory. */
export class LimitError extends FaultError {}

const CLASSES: Record<number, typeof FaultError> = {
  0x01: FileError,
  0x02: UnsupportedError,
  0x03: HostError,
  0x04: LinkError,
  0x05: RelocationError,
  0x06: RunError,
  0x0e: MisuseError,
  0x0f: LimitError,
};

/** The error of a fault, of the class that its group of codes has. */
export function faultError(fault: Fault, missing: readonly Missing[] = [], cause?: unknown): FaultError {
  const Class = CLASSES[fault.number >> 8] ?? FaultError;
  return new Class(fault, missing, cause === undefined ? undefined : { cause });
}

/** Throws the error of a Code that an export answered, unless it is Ok. */
export function throwUnlessOk(code: number, handle: number): void {
  if (code === Code.Ok) return;
  throw faultError({
    code: Code[code] ?? `0x${code.toString(16)}`, number: code, what: "Handle", at: BigInt(handle), value: 0n, file: undefined,
    member: undefined, name: undefined,
  });
}
