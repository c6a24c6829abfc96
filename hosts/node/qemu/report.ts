// What an image reported, as the errors and words of this host.

import { What } from "../../../assembly/words.js";
import { type FaultError, LinkwrightError, faultError } from "../error.js";
import { symbolAt } from "../examine.js";
import { type FaultLines, codeName, lackOf } from "../fault.js";
import type { Ending } from "./boot.js";
import type { Freight } from "./cargo.js";
import type { FaultEvent, LoadedEvent, MissingEvent, TrapEvent } from "./events.js";

/** The machine trapped, hung or ended: said in the same six lines as a fault. */
export class TargetError extends LinkwrightError {
  readonly lines: FaultLines;
  /** Where it happened, as far as that is known. */
  readonly place: Place;

  constructor(code: string, message: string, place: Place, lines: Omit<FaultLines, "code" | "stage" | "place">) {
    super(code, message);
    this.place = place;
    this.lines = { code, stage: "run", place: placeText(place), ...lines };
  }
}

/** Where in the target's modules something is. */
export interface Place {
  readonly pc: string | undefined;
  readonly module?: string;
  /** vaddr in the module. */
  readonly offset?: string;
  readonly symbol?: string;
  readonly symbolOffset?: string;
}

/** "libx.so+0x1234 (f+0x10)", or the module or the address alone. */
export function placeText({ pc, module, offset, symbol, symbolOffset }: Place): string {
  if (module === undefined) return pc === undefined ? "unknown" : `${pc}, in no module`;
  const near = symbol === undefined ? "" : ` (${symbol}${symbolOffset && symbolOffset !== "0x0" ? `+${symbolOffset}` : ""})`;
  return `${module}${offset === undefined ? "" : `+${offset}`}${near}`;
}

/** What a boot said that went wrong; undefined if it ended as it should. */
export function endingError(ending: Ending, loaded: readonly LoadedEvent[], cargo: readonly Freight[], seconds: number): TargetError | undefined {
  if (ending.kind === "done") return undefined;
  if (ending.kind === "trap") return trapError(ending.trap);
  if (ending.kind === "timeout") {
    const place = placeOf(ending.pc, loaded, cargo);
    return new TargetError("Timeout", `no end after ${seconds} s, at ${placeText(place)}`, place, {
      found: `still running after ${seconds} s`,
      expected: "the end of the call",
      remedy: "look for a loop at the place named, or allow more time with --timeout S",
    });
  }
  return new TargetError("ImageEnded", `the emulator ended before the image did: ${ending.said}`, { pc: undefined }, {
    found: ending.said,
    expected: "the image's last word",
    remedy: "see `linkwright doctor`; if that finds nothing, please report it with the file",
  });
}

function trapError(trap: TrapEvent): TargetError {
  const place: Place = {
    pc: trap.pc, module: named(trap.module), offset: trap.offset, symbol: named(trap.symbol), symbolOffset: trap.symbolOffset,
  };
  const data = trap.addressModule ? `${named(trap.addressModule)}+${trap.addressOffset}` : trap.address;
  return new TargetError("Trap", `${trap.cause} at ${placeText(place)}, address ${data}`, place, {
    found: `${trap.cause}, address ${trap.address}${trap.addressModule ? ` (${data})` : ""}, syndrome ${trap.syndrome}`,
    expected: "code that touches only memory it may",
    remedy: "look at the instruction at the place named: `llvm-objdump -d` shows it by its offset",
  });
}

/** Where a program counter is, by what was loaded. */
function placeOf(pc: bigint | undefined, loaded: readonly LoadedEvent[], cargo: readonly Freight[]): Place {
  if (pc === undefined) return { pc: undefined };
  const at = `0x${pc.toString(16)}`;
  for (const module of loaded.flatMap((event) => event.modules)) {
    const base = BigInt(module.base);
    if (pc < base || pc >= base + BigInt(module.bytes)) continue;
    const file = cargo.find((one) => one.name === named(module.name));
    const vaddr = BigInt.asUintN(file?.facts.class ?? 64, pc - BigInt(module.bias));
    const symbol = file && symbolAt(file.facts.exports, vaddr);
    return {
      pc: at, module: named(module.name)!, offset: `0x${vaddr.toString(16)}`,
      ...(symbol && { symbol: symbol.name, symbolOffset: `0x${symbol.offset.toString(16)}` }),
    };
  }
  return { pc: at };
}

/** The fault that an image reported, with everything that it found missing. */
export function imageFault(event: FaultEvent, missing: readonly MissingEvent[]): FaultError {
  const number = Number(event.code);
  return faultError({
    code: codeName(number),
    number,
    what: What[Number(event.what)] ?? "None",
    at: BigInt(event.at),
    value: BigInt(event.value),
    file: named(event.source) ?? event.file,
    member: named(event.member),
    name: named(event.name),
  }, missing.map(({ symbol, by, of }) => ({
    name: named(symbol) ?? "", kind: lackOf(number) ?? "symbol", file: named(by), ...(of !== undefined && { library: named(of)! }),
  })));
}

// The serial line has bytes as code points of the same number.
function named(text: string | undefined): string | undefined {
  return text ? Buffer.from(text, "latin1").toString("utf8") : undefined;
}
