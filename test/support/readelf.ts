// What llvm-readelf says of files, as `linkwright inspect --json` words it.

import { execFileSync } from "node:child_process";

/** The facts that both tell. */
export interface Facts {
  readonly class: number;
  readonly type: string;
  readonly entry: bigint;
  readonly flags: bigint;
  readonly segments: readonly string[];
  readonly needed: readonly string[];
  /** "NAME TYPE BIND VISIBILITY VALUE SIZE VERSION DEFINED", sorted; undefined where the file has no section headers to find them by. */
  readonly symbols: readonly string[] | undefined;
  /** "TYPE COUNT", sorted. */
  readonly relocations: readonly string[] | undefined;
}

/** One line of a symbol. */
export function symbolLine(name: string, type: string, bind: string, visibility: string, value: bigint, bytes: number, version: string | undefined, isDefined: boolean): string {
  return `${name} ${type} ${bind} ${visibility} 0x${value.toString(16)} ${bytes} ${version ?? "-"} ${isDefined ? "defined" : "undefined"}`;
}

/** One line of a program header. */
export function segmentLine(type: string, flags: string, numbers: readonly bigint[]): string {
  return `${type} ${flags} ${numbers.map((one) => `0x${one.toString(16)}`).join(" ")}`;
}

/** Counts as "NAME COUNT" lines, sorted. */
export function countLines(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).sort();
}

/** Machines' own program headers, which llvm-readelf abbreviates. */
const SEGMENTS: Readonly<Record<string, string>> = { EXIDX: "ARM_EXIDX", ATTRIBUTES: "RISCV_ATTRIBUTES" };

/** The last byte of r_info of types that llvm-readelf 19 has no name for. */
const UNNAMED: Readonly<Record<string, string>> = { 26: "R_386_SIZE32" };

/** What llvm-readelf says of each of these files. */
export function readelf(paths: readonly string[]): Map<string, Facts> {
  const text = execFileSync("llvm-readelf-19", ["-W", "-h", "-l", "-d", "--dyn-syms", "-r", ...paths], { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
  const parts = paths.length === 1 ? [text] : text.split(/^File: .*\n/m).slice(1);
  return new Map(parts.map((part, i) => [paths[i]!, factsOf(part)]));
}

function factsOf(text: string): Facts {
  const field = (name: string): string => new RegExp(`^  ${name}: +(.*)$`, "m").exec(text)?.[1] ?? "";
  const hasSections = !text.includes("There are no section headers") && field("Number of section headers") !== "0";
  return {
    class: field("Class") === "ELF64" ? 64 : 32,
    type: field("Type").split(" ")[0]!,
    entry: BigInt(field("Entry point address")),
    flags: BigInt(field("Flags").split(",")[0]!),
    segments: [...text.matchAll(/^  (\S+) +(0x\S+) (0x\S+) 0x\S+ (0x\S+) (0x\S+) (R| )(W| )(E| ) (0x\S+|0)$/gm)].map((match) => {
      const [, type, offset, vaddr, filesz, memsz, r, w, x, align] = match as unknown as string[];
      const flags = `${r === "R" ? "r" : "-"}${w === "W" ? "w" : "-"}${x === "E" ? "x" : "-"}`;
      return segmentLine(SEGMENTS[type!] ?? type!, flags, [offset!, vaddr!, filesz!, memsz!, align!].map(BigInt));
    }),
    needed: [...text.matchAll(/\(NEEDED\) +Shared library: \[(.*)\]/g)].map((match) => match[1]!),
    symbols: hasSections ? symbolsOf(text) : undefined,
    relocations: hasSections ? relocationsOf(text) : undefined,
  };
}

function symbolsOf(text: string): string[] {
  const table = /^Symbol table '\.dynsym'.*\n.*\n((?: +\d+: .*\n)*)/m.exec(text)?.[1] ?? "";
  const lines = [...table.matchAll(/^ +\d+: (\S+) +(\S+) (\S+) +(\S+) +(\S+) +(?:\[.*?\] +)?(\S+) (.*)$/gm)];
  return lines.filter((match) => match[4] !== "LOCAL" && match[3] !== "SECTION" && match[7] !== "").map((match) => {
    const [, value, size, type, bind, visibility, section, full] = match as unknown as string[];
    const [name, version] = full!.split(/@+/) as [string, string | undefined];
    return symbolLine(name, type!, bind!, visibility!, BigInt(`0x${value!}`), Number(size), version, section !== "UND");
  }).sort();
}

function relocationsOf(text: string): string[] {
  const names: string[] = [];
  for (const [, section, body] of text.matchAll(/^Relocation section '(\S+)' .*\n((?:.+\n?)*)/gm)) {
    const lines = body!.split("\n").slice(1).filter((line) => line.trim() !== "");
    names.push(...lines.map((line) => (section === ".relr.dyn" ? "RELR" : /\bR_[A-Z0-9_]+/.exec(line)?.[0] ?? UNNAMED[/^\w+ +\w*(\w\w) Unknown/.exec(line)?.[1] ?? ""] ?? "?")));
  }
  return countLines(names);
}
