// A module of WebAssembly in which loads and stores that are not aligned are traps.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./files.js";

const wabt = (program: string, ...args: readonly string[]): string =>
  execFileSync(process.execPath, [join(ROOT, "node_modules/wabt/bin", program), "--enable-threads", ...args], { encoding: "utf8", maxBuffer: 1 << 28 });

/** Loads and stores of more than a byte, each a line; what is aligned as its type is has no word about it. */
const ACCESS = /^( *)((?:i32|i64|f32|f64)\.(?:load|store)(?!8)\w*)(?: offset=(\d+))?(?: align=(\d+))?(\)*)$/gm;

const bytesOf = (access: string): number => Number(/(?:load|store)(\d+)/.exec(access)?.[1] ?? access.slice(1, 3)) / 8;

/** A function in place of an access: it takes what that takes, and the offset. */
function checked(access: string): string {
  const type = access.slice(0, 3), isStore = access.includes("store");
  return `(func $checked.${access} (param $at i32) ${isStore ? `(param $value ${type})` : ""} (param $offset i32) ${isStore ? "" : `(result ${type})`}
    local.get $at local.get $offset i32.add i32.const ${bytesOf(access) - 1} i32.and if unreachable end
    local.get $at local.get $offset i32.add ${isStore ? "local.get $value" : ""} ${access})\n`;
}

/** A module as text; what of it is aligned otherwise than its type. */
export function accessesOf(path: string): { readonly text: string; readonly count: number; readonly odd: readonly string[] } {
  const text = wabt("wasm2wat", path), all = [...text.matchAll(ACCESS)];
  return { text, count: all.length, odd: all.filter(([, , , , align]) => align).map(([line]) => line.trim()) };
}

/** Writes the module that traps. */
export function writeChecked(text: string, path: string): void {
  const used = new Set<string>();
  const body = text.trimEnd().replace(ACCESS, (_, space: string, access: string, offset: string | undefined, _align, end: string) => {
    used.add(access);
    return `${space}i32.const ${offset ?? 0}\n${space}call $checked.${access}${end}`;
  });
  const source = `${path}.wat`;
  writeFileSync(source, body.replace(/\)$/, `${[...used].map(checked).join("")})`));
  wabt("wat2wasm", source, "-o", path);
}
