// What LLVM calls the machines' relocation types: llvm-readelf names those of a file that has one of each.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SHT_SYMTAB = 2, SHT_STRTAB = 3, SHT_RELA = 4;

/** An object of nothing but RELA entries: the n-th is of type n, at offset n. gABI 4.1 to 4.5. */
function objectOf(machine, bits) {
  const is64 = bits === 64, word = bits / 8, count = is64 ? 2048 : 256;
  const ehdr = is64 ? 64 : 52, shdr = is64 ? 64 : 40, sym = is64 ? 24 : 16, rela = 3 * word;
  const sections = [
    { type: 0, bytes: 0, link: 0, info: 0, each: 0 },
    { type: SHT_SYMTAB, bytes: sym, link: 2, info: 1, each: sym },
    { type: SHT_STRTAB, bytes: 8, link: 0, info: 0, each: 0 },
    { type: SHT_RELA, bytes: count * rela, link: 1, info: 0, each: rela },
  ];
  const tables = ehdr + sections.length * shdr;
  const file = Buffer.alloc(tables + sections.reduce((sum, { bytes }) => sum + bytes, 0));
  let at = 0;
  const put = (bytes, value) => {
    if (bytes === 8) file.writeBigUInt64LE(BigInt(value), at);
    else file.writeUIntLE(value, at, bytes);
    at += bytes;
  };
  file.set([0x7f, 0x45, 0x4c, 0x46, bits / 32, 1, 1]);
  at = 16;
  for (const [bytes, value] of [
    [2, 1], [2, machine], [4, 1], [word, 0], [word, 0], [word, ehdr], [4, 0], [2, ehdr], [2, 0], [2, 0], [2, shdr], [2, sections.length], [2, 2],
  ]) put(bytes, value);
  let offset = tables;
  for (const { type, bytes, link, info, each } of sections) {
    for (const [size, value] of [[4, 0], [4, type], [word, 0], [word, 0], [word, offset], [word, bytes], [4, link], [4, info], [word, 1], [word, each]]) put(size, value);
    offset += bytes;
  }
  at = offset - count * rela;
  for (let type = 0; type < count; ++type) for (const value of [type, type, 0]) put(word, value);
  return file;
}

function namesOf(machine, bits) {
  const folder = mkdtempSync(join(tmpdir(), "linkwright-types-"));
  try {
    const path = join(folder, "types.o");
    writeFileSync(path, objectOf(machine, bits));
    const { error, status, stdout, stderr } = spawnSync("llvm-readelf-19", ["-r", path], { encoding: "utf8" });
    if (error || status !== 0 || stderr) throw error ?? new Error(stderr);
    return new Map([...stdout.matchAll(/^([0-9a-f]{8,}) +[0-9a-f]+ +R_(?:X86_64|[A-Z0-9]+?)_(\w+)/gm)].map(([, type, name]) => [Number.parseInt(type, 16), name]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const known = new Map();

/** The name of a type without its prefix, or "" if the machine has no such type. */
export function relocationName(machine, bits, type) {
  const key = `${machine} ${bits}`;
  if (!known.has(key)) known.set(key, namesOf(machine, bits));
  return known.get(key).get(type) ?? "";
}
