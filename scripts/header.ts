// Generates build/include/linkwright.h: the numbers of assembly/words.ts and the functions of docs/abi.md, for C.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.js";
import { upper } from "./upper.js";

/** The functions that a host implements, by import module, as C declares them after `lw_<module>_`. */
const imports: Record<string, readonly string[]> = {
  memory: [
    "uint32_t page_bytes(void)",
    "uint64_t reserve(uint64_t bytes, uint32_t align_log2, uint32_t source, uint64_t exact, uint64_t highest, uint32_t region)",
    "void release(uint64_t addr, uint64_t bytes)",
    "int32_t place(uint32_t session, uint64_t addr, uint32_t source, uint64_t offset, uint64_t file_bytes, uint64_t mem_bytes, uint32_t prot)",
    "int32_t protect(uint32_t session, uint64_t addr, uint64_t bytes, uint32_t prot)",
    "int32_t sync_code(uint32_t session, uint64_t addr, uint64_t bytes)",
    "uint32_t load8(uint64_t addr)",
    "uint32_t load16(uint64_t addr)",
    "uint32_t load32(uint64_t addr)",
    "uint64_t load64(uint64_t addr)",
    "void store16(uint64_t addr, uint32_t value)",
    "void store32(uint64_t addr, uint32_t value)",
    "void store64(uint64_t addr, uint64_t value)",
    "void copy(uint64_t to, uint64_t from, uint64_t bytes)",
  ],
  source: [
    "uint64_t bytes(uint32_t source)",
    "uint64_t view(uint32_t session, uint32_t source, uint64_t offset, uint64_t bytes)",
    "void unview(uint32_t source, uint64_t addr, uint64_t bytes)",
    "uint64_t placed(uint32_t source)",
    "void close(uint32_t source)",
  ],
  link: [
    "void search(uint32_t session, uint32_t origin, uint64_t text, uint32_t text_bytes, uint32_t rank)",
    "int32_t needed(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes)",
    "int32_t member(uint32_t session, uint32_t archive, uint64_t name, uint32_t name_bytes)",
    "int32_t before(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes, uint64_t version, uint32_t version_bytes)",
    "int32_t resolve(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes, uint64_t version, uint32_t version_bytes)",
    "int32_t intercept(uint32_t module, uint64_t name, uint32_t name_bytes, uint32_t type, uint64_t place, uint32_t owner, uint64_t value)",
    "uint64_t found_addr(void)",
    "uint64_t found_bytes(void)",
    "uint32_t found_type(void)",
  ],
  machine: [
    "int32_t call(uint32_t session, uint64_t addr, uint64_t a0, uint64_t a1, uint64_t a2)",
    "int32_t choose(uint32_t session, uint64_t addr)",
    "uint64_t chosen(void)",
    "uint64_t lazy_entry(void)",
    "int32_t tls_reserve(uint32_t session, uint32_t module, uint32_t machine, uint32_t bits, uint64_t image, uint64_t file_bytes, uint64_t bytes, uint32_t align_log2, uint64_t skew)",
    "uint64_t tls_number(uint32_t module)",
    "uint64_t tls_offset(uint32_t module)",
    "int32_t tls_descriptor(uint32_t session, uint32_t module, uint64_t offset)",
    "uint64_t tls_entry(void)",
    "uint64_t tls_argument(void)",
    "int32_t tls_start(uint32_t session, uint32_t module)",
    "void tls_release(uint32_t module)",
    "void fence(void)",
    "void hold_signals(void)",
    "void let_signals(void)",
  ],
  log: ["void event(uint32_t level, uint32_t code, uint64_t a, uint64_t b)"],
};

/** The functions that a driver calls, as C declares them after `lw_`. */
const exports: readonly string[] = [
  "int32_t open(uint32_t limit_bytes)",
  "uint32_t context(uint64_t argc, uint64_t argv, uint64_t envp)",
  "uint32_t inspect(uint32_t source)",
  "uint32_t load(uint32_t context, uint32_t source, uint32_t flags)",
  "uint32_t load_image(uint32_t context, uint32_t image, uint32_t flags)",
  "int32_t add(uint32_t session, uint32_t source)",
  "int32_t region(uint32_t context, uint32_t number, uint32_t prot, uint32_t rules, uint64_t name, uint32_t name_bytes)",
  "uint32_t unload(uint32_t module)",
  "int32_t advance(uint32_t session)",
  "uint32_t result(uint32_t session)",
  "int32_t close(uint32_t handle)",
  "int32_t retain(uint32_t module)",
  "int32_t policy(uint32_t context, uint32_t policy)",
  "uint64_t find(uint32_t handle, uint64_t name, uint32_t name_bytes, uint64_t version, uint32_t version_bytes)",
  "uint64_t locate(uint32_t handle, uint64_t name, uint32_t name_bytes, uint32_t hash, uint32_t is_behind)",
  "uint64_t next(uint32_t module, uint64_t name, uint32_t name_bytes, uint64_t version, uint32_t version_bytes)",
  "uint64_t bind(uint32_t module, uint32_t slot, uint32_t is_locked)",
  "uint32_t patch(uint32_t module, uint64_t name, uint32_t name_bytes, uint64_t addr)",
  "void reclaim(void)",
  "uint64_t symbol_at(uint32_t context, uint64_t addr)",
  "uint32_t at(uint32_t context, uint64_t addr)",
  "uint64_t value(uint32_t handle, uint32_t field)",
  "uint32_t count(uint32_t handle, uint32_t list)",
  "uint64_t entry(uint32_t handle, uint32_t list, uint32_t index, uint32_t field)",
];

/** A C declaration with `prefix` before the function's name. */
const declare = (prefix: string, prototype: string): string => prototype.replace(/^(\w+) /, `$1 ${prefix}`) + ";";

/** One exported enum of words.ts as a C enum, its comments kept. */
function enumOf(doc: string, name: string, body: string): string {
  const lines = body.split("\n").filter(line => line.trim() !== "").map(line =>
    line.replace(/^\s*\/\/ (.*)$/, "  /* $1 */").replace(/^\s*(\w+)(?: = ([-\w]+))?,$/, (_, member: string, value?: string) =>
      `  LW_${upper(name)}_${upper(member)}${value === undefined ? "" : ` = ${value}`},`));
  return `${doc}enum lw_${upper(name).toLowerCase()} {\n${lines.join("\n")}\n};\n`;
}

const words = readFileSync(join(root, "assembly/words.ts"), "utf8");
const enums = [...words.matchAll(/^((?:\/\*\*.*\*\/\n)?)export enum (\w+) \{\n([\s\S]*?)\n\}/gm)]
  .map(([, doc = "", name = "", body = ""]) => enumOf(doc, name, body));
if (enums.length === 0) throw new Error("assembly/words.ts: no enum was found; is the file as scripts/header.ts expects it?");

const header = `/* Linkwright for C. Generated by scripts/header.ts from assembly/words.ts; docs/abi.md says what each function does.
 *
 * Everything is an integer. Addresses are those of the memory that modules are loaded into, zero-extended on a
 * machine of 32 bits. Link liblinkwright.a, implement the functions of the first part, call those of the second:
 * lw_start once, and then in place of lw_open, which it calls. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
#define LW_NORETURN [[noreturn]]
extern "C" {
#else
#define LW_NORETURN _Noreturn
#endif

/* What an address answer says where there is no address. */
#define LW_NONE UINT64_MAX
#define LW_REFUSED UINT64_MAX
#define LW_PENDING (UINT64_MAX - 1)
#define LW_BEHIND (UINT64_MAX - 2)

/* What lw_machine_tls_offset says of a block that has no fixed offset. */
#define LW_NOWHERE ((uint64_t)1 << 63)

${enums.join("\n")}
/* ---- what the host implements ---- */

${Object.entries(imports).map(([module, prototypes]) =>
  prototypes.map(prototype => declare(`lw_${module}_`, prototype)).join("\n")).join("\n\n")}

/* The core met a mistake of its own (cause says which trap of WebAssembly), and must not be called again. */
LW_NORETURN void lw_trap(const char *cause);

/* ---- what the host calls ---- */

/* Gives the core its memory, at least LW_START_BYTES at a multiple of 16, and opens it: once, first. It never uses more.
 * Answers a code. */
#define LW_START_BYTES 4096
int32_t lw_start(void *memory, size_t bytes);

${exports.map(prototype => declare("lw_", prototype)).join("\n")}

#ifdef __cplusplus
}
#endif
`;
mkdirSync(join(root, "build/include"), { recursive: true });
writeFileSync(join(root, "build/include/linkwright.h"), header);
