// What clang makes of instructions: the encodings that fields are held against.

import { spawnSync } from "node:child_process";

const SHT_PROGBITS = 1, SHF_EXECINSTR = 4n;

/** The bytes of an object's code, which is all in one section. gABI 4.1, 4.8. */
function codeOf(file) {
  const is64 = file[4] === 2, word = (at) => (is64 ? file.readBigUInt64LE(at) : BigInt(file.readUInt32LE(at)));
  const [start, each, count] = is64 ? [40, 58, 60] : [32, 46, 48];
  const headers = Array.from({ length: file.readUInt16LE(count) }, (_, index) => Number(word(start)) + index * file.readUInt16LE(each));
  const section = headers.find((at) => file.readUInt32LE(at + 4) === SHT_PROGBITS && (word(at + 8) & SHF_EXECINSTR) !== 0n);
  const [offset, bytes] = is64 ? [24, 32] : [16, 20];
  return file.subarray(Number(word(section + offset)), Number(word(section + offset) + word(section + bytes)));
}

/** The code that lines of assembly become. */
export function assembled(target, text) {
  const mode = target.startsWith("thumb") ? ".thumb\n" : "";
  const { error, status, stdout, stderr } = spawnSync("clang-19", [`--target=${target}`, "-c", "-x", "assembler", "-", "-o", "-"], { input: `${mode}${text}\n` });
  if (error || status !== 0) throw error ?? new Error(`${stderr}`);
  return codeOf(stdout);
}
