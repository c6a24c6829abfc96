// Objects and archives that are wrong, and the whole fault that each is refused with: good ones with a field changed.

import type { Code, What } from "../../assembly/words.js";
import type { Machine } from "../../fixtures/list.js";
import { ObjectFile, SHF, SHT, archive, assembled, colliding, memberHeader, symbolTable, whole } from "./objectfile.js";
import type { Expected, Wrong } from "./wrong.js";

type Changed = Omit<Expected, "code">;

/** A changed object; `change` says what the fault is, with the values as it left them. */
function wrong(code: keyof typeof Code, name: string, change: (object: ObjectFile, machine: Machine) => Changed, more: Partial<Wrong> & { readonly from?: (machine: Machine) => Uint8Array } = {}): Wrong {
  const { from = whole, ...rest } = more;
  return {
    name: `${code}: an object: ${name}`,
    make: (machine) => {
      const object = new ObjectFile(from(machine)), changed = change(object, machine);
      return { bytes: object.bytes, expected: { code, ...changed } };
    },
    ...rest,
  };
}

/** The first bytes of an object. */
function cut(name: string, length: (object: ObjectFile) => number, expected: (object: ObjectFile) => Changed): Wrong {
  return {
    name: `Truncated: an object: ${name}`,
    make: (machine) => {
      const object = new ObjectFile(whole(machine));
      return { bytes: object.bytes.slice(0, length(object)), expected: { code: "Truncated", ...expected(object) } };
    },
  };
}

/** An archive. */
function ar(code: keyof typeof Code, name: string, make: (machine: Machine) => { readonly bytes: Uint8Array; readonly expected: Changed }, more: Partial<Wrong> = {}): Wrong {
  return {
    name: `${code}: an archive: ${name}`,
    make: (machine) => {
      const { bytes, expected } = make(machine);
      return { bytes, expected: { code, ...expected } };
    },
    ...more,
  };
}

/** A member that is an object with a field changed. */
function member(code: keyof typeof Code, name: string, change: (object: ObjectFile) => readonly [at: number, value: number | bigint], more: Partial<Wrong> = {}): Wrong {
  return ar(code, name, (machine) => {
    const object = new ObjectFile(whole(machine)), [at, value] = change(object);
    return { bytes: archive([["a.o/", object.bytes]]), expected: { ...told("Ehdr", at, value), member: "a.o" } };
  }, more);
}

const told = (what: keyof typeof What, at: number | bigint, value: number | bigint): Changed => ({ what, at: BigInt(at), value: BigInt(value) });
const shdr = (section: { readonly offset: number }, value: number | bigint): Changed => told("Shdr", section.offset, value);
const sym = (index: number, value: number | bigint): Changed => told("Sym", index, value);
/** What is wrong with all section headers. */
const headers = (object: ObjectFile, value: number | bigint): Changed => told("Shdr", object.head.get("shoff"), value);

const is64 = (machine: Machine): boolean => machine.endsWith("64");
const isRiscv = (machine: Machine): boolean => machine.startsWith("riscv");
/** A number that nothing reaches. */
const most = (object: ObjectFile): bigint => (object.is64 ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn);

/** A field of a section that decides what the fault tells. */
function section(code: keyof typeof Code, name: string, which: string, field: "type" | "flags" | "offset" | "size" | "link" | "info" | "addralign" | "entsize", value: (object: ObjectFile, now: bigint) => bigint | number, more: Partial<Wrong> & { readonly tells?: "size" | "offset" } = {}): Wrong {
  const { tells, ...rest } = more;
  return wrong(code, name, (object) => {
    const one = which === ".symtab" ? object.symtab : which.startsWith("rel ") ? object.tableOf(which.slice(4)) : which === "group" ? object.ofType(SHT.GROUP, 1) : object.named(which);
    one.set(field, value(object, one.get(field)));
    return shdr(one, one.get(tells ?? field));
  }, rest);
}

/** A word of the second group: 0 are its flags. */
function group(name: string, word: number, value: (object: ObjectFile) => number): Wrong {
  return wrong("BadGroup", name, (object) => {
    const one = object.ofType(SHT.GROUP, 1);
    object.write(Number(one.get("offset")) + 4 * word, 4, BigInt(value(object)));
    return shdr(one, value(object));
  });
}

/** A relocation of .data. */
function relocation(code: keyof typeof Code, name: string, change: (object: ObjectFile, entry: ReturnType<ObjectFile["relocationOf"]>) => number | bigint, more: Partial<Wrong> = {}): Wrong {
  return wrong(code, name, (object) => {
    const entry = object.relocationOf(".data", 1), value = change(object, entry);
    return told("Entry", entry.offset, value);
  }, more);
}

const OTHER: Readonly<Record<Machine, Machine>> = { x86_64: "aarch64", aarch64: "x86_64", riscv64: "x86_64", loongarch64: "x86_64", i386: "arm", arm: "i386", riscv32: "arm" };

const names = (count: number): string => colliding(count).map((name) => `  .globl ${name}\n${name}: .long 0\n`).join("");
const UPPER = "  .text\n  .globl code\ncode:\n1: auipc a0, %pcrel_hi(value)\n  addi a0, a0, %pcrel_lo(1b)\n  .data\n  .globl value\nvalue: .long 0\n";
const JUMP = "  .text\n  .globl code\ncode:\n  jal zero, target\n  .globl target\ntarget: .long 0, 0\n";
const PADDED = "  .text\n  .option relax\n  .globl code\ncode:\n  .long 0x00000013\n  .p2align 3\n  .long 0x00000013\n  .section spare,\"\",%progbits\n  .balign 8\n  .zero 96\n";

/** Every object and archive that is refused for its own sake. */
export const WRONG_OBJECTS: readonly Wrong[] = [
  cut("nothing but a header", (object) => (object.is64 ? 64 : 52), (object) => headers(object, object.head.get("shnum"))),
  cut("section headers that are cut off", (object) => Number(object.head.get("shoff")) + 2 * object.headerBytes, (object) => headers(object, object.head.get("shnum"))),
  wrong("BadSection", "no section headers", (object) => {
    object.head.set("shoff", 0);
    return told("Shdr", 0, 0);
  }),
  wrong("Truncated", "section headers that wrap", (object) => {
    object.head.set("shoff", most(object) - 7n);
    return headers(object, object.head.get("shnum"));
  }),
  wrong("BadEntrySize", "of section headers", (object) => {
    object.head.set("shentsize", 48);
    return headers(object, 48);
  }),
  wrong("Truncated", "no count of sections, anywhere", (object) => {
    object.head.set("shnum", 0);
    return headers(object, 0);
  }),
  wrong("Truncated", "more sections than a file could have", (object) => {
    object.head.set("shnum", 0);
    object.sections[0]!.set("size", most(object));
    return headers(object, most(object));
  }),
  wrong("Truncated", "one section more than there are bytes for", (object) => {
    object.head.set("shnum", 0);
    const count = (BigInt(object.bytes.length) - object.head.get("shoff")) / BigInt(object.headerBytes) + 1n;
    object.sections[0]!.set("size", count);
    return headers(object, count);
  }),
  wrong("BadSection", "names of sections in none", (object) => {
    object.head.set("shstrndx", 0x1234);
    return headers(object, 0x1234);
  }),
  wrong("BadSection", "names of sections in data", (object) => {
    object.head.set("shstrndx", object.named(".data").index);
    return headers(object, object.head.get("shstrndx"));
  }),
  wrong("BadSection", "names of sections in one that the first header does not name", (object) => {
    object.head.set("shstrndx", 0xffff);
    object.sections[0]!.set("link", 0x7fff_ffff);
    return headers(object, 0x7fff_ffff);
  }),
  wrong("BadSection", "a last name without an end", (object) => {
    const index = Number(object.head.get("shstrndx")), strings = object.sections[index]!;
    object.bytes[Number(strings.get("offset") + strings.get("size")) - 1] = 0x41;
    return headers(object, index);
  }),
  section("Truncated", "a section that is cut off", "spare", "size", (object) => object.bytes.length),
  section("Truncated", "a section whose end wraps", "spare", "size", (object) => most(object)),
  section("Truncated", "a section whose offset wraps", "spare", "offset", (object) => most(object) - 7n, { tells: "size" }),
  section("BadAlignment", "of a section: 12", ".data", "addralign", () => 12),
  section("BadSection", "an alignment of 2^63", ".data", "addralign", () => 1n << 63n, { machines: is64 }),
  section("BadSection", "zeros that no memory holds", ".bss", "size", () => 1n << 63n, { machines: is64 }),
  wrong("AddressWraps", "a thread-local block of 4 GiB", (object) => {
    object.named(".tbss").set("size", 0xffff_ffff);
    return told("Shdr", 0, 0x1_0000_000fn);
  }, { machines: (machine) => !is64(machine) }),

  wrong("BadSymbolTable", "two of them", (object) => {
    const { symtab } = object;
    object.named("spare").set("type", SHT.SYMTAB).set("entsize", symtab.get("entsize")).set("link", symtab.get("link")).set("info", 0);
    return shdr(symtab, symtab.index);
  }),
  section("BadEntrySize", "of symbols", ".symtab", "entsize", () => 20),
  section("BadSymbolTable", "half a symbol", ".symtab", "size", (_, now) => now - 4n),
  section("BadSymbolTable", "names in no section", ".symtab", "link", () => 0),
  section("BadSymbolTable", "names in a section that is not there", ".symtab", "link", () => 0x7fff_ffff),
  section("BadSymbolTable", "names in data", ".symtab", "link", (object) => object.named(".data").index),
  section("BadSymbolTable", "more local symbols than symbols", ".symtab", "info", (object) => object.symbolCount + 1),
  wrong("BadSymbolTable", "section numbers for half of the symbols", (object) => {
    const spare = object.named("spare");
    spare.set("type", SHT.SYMTAB_SHNDX).set("link", object.symtab.index).set("size", 4);
    return shdr(spare, 4);
  }),

  section("BadEntrySize", "of relocations", "rel .data", "entsize", () => 4),
  section("BadRelocationTable", "half a relocation", "rel .data", "size", (_, now) => now - 4n),
  section("BadRelocationTable", "of another symbol table", "rel .data", "link", (object) => object.named(".data").index),
  section("BadRelocationTable", "of the symbol table that none is", "rel .data", "link", () => 0),
  section("BadRelocationTable", "of no section", "rel .data", "info", () => 0),
  section("BadRelocationTable", "of a section that is not there", "rel .data", "info", () => 0xffff_ffff),
  section("BadRelocationTable", "of itself", "rel .data", "info", (object) => object.tableOf(".data").index),
  section("BadRelocationTable", "of other relocations", "rel .data", "info", (object) => object.tableOf(".ctors").index),
  section("BadRelocationTable", "of the symbols", "rel .data", "info", (object) => object.symtab.index),

  section("BadGroup", "without flags", "group", "size", () => 2),
  section("BadGroup", "half a member", "group", "size", () => 6),
  section("BadGroup", "no signature", "group", "info", () => 0),
  section("BadGroup", "a signature that is no symbol", "group", "info", (object) => object.symbolCount),
  wrong("BadGroup", "of another symbol table", (object) => {
    const one = object.ofType(SHT.GROUP, 1);
    one.set("link", object.named(".data").index);
    return shdr(one, one.get("info"));
  }),
  wrong("BadGroup", "a signature without a name", (object) => {
    const one = object.ofType(SHT.GROUP, 1), index = Number(one.get("info"));
    object.labelAt(index).set("name", 0x7fff_ffff);
    return shdr(one, index);
  }),
  wrong("BadGroup", "a signature that is the name of a section that is not there", (object) => {
    const one = object.ofType(SHT.GROUP, 1), index = Number(one.get("info"));
    object.labelAt(index).set("info", 3).set("shndx", 0x7fff);
    return shdr(one, index);
  }),
  group("flags that mean nothing", 0, () => 0x11),
  group("a member that is none", 1, () => 0),
  group("a member that is not there", 1, () => 0x7fff_ffff),
  group("itself as a member", 1, (object) => object.ofType(SHT.GROUP, 1).index),
  group("a member that does not know", 1, (object) => object.named(".data").index),
  group("a member of another group", 1, (object) => object.named(".text.shared").index),
  wrong("BadGroup", "a member that comes twice", (object) => {
    const one = object.ofType(SHT.GROUP, 0), { index } = object.named(".text.shared");
    object.write(Number(one.get("offset")) + 8, 4, BigInt(index));
    return shdr(one, index);
  }),
  wrong("BadGroup", "signatures that were made to have one hash", (object) => shdr(object.ofType(SHT.GROUP, 257), hashOf(colliding(300)[0]!)), {
    from: (machine) => assembled(machine, colliding(300).map((name) => `  .section .text.${name},"axG",%progbits,${name},comdat\n  .long 0\n`).join("")),
  }),

  wrong("BadString", "the name of a symbol", (object) => {
    const one = object.label("value");
    one.set("name", 0x7fff_ffff);
    return sym(one.index, 0x7fff_ffff);
  }),
  wrong("BadString", "names that are read over and over", (object) => {
    const strings = object.sections[Number(object.symtab.get("link"))]!;
    const first = Number(object.symtab.get("info"));
    // Every name is nearly the whole table: the first that is one too many.
    const bytes = Number(strings.get("size")) - 2;
    for (let index = first; index < object.symbolCount; ++index) object.labelAt(index).set("name", 1 + index - first);
    object.bytes.fill(0x61, Number(strings.get("offset")) + 1, Number(strings.get("offset")) + 1 + bytes);
    let read = 0;
    for (let index = first; ; ++index) {
      read += bytes - (index - first);
      if (read > 64 * Number(strings.get("size")) * 2) return sym(index, 1 + index - first);
    }
  }, { from: (machine) => assembled(machine, Array.from({ length: 300 }, (_, i) => `  .globl long_name_number_${i}\nlong_name_number_${i}: .long 0\n`).join("")) }),
  wrong("BadSymbolTable", "names that were made to have one hash", (object) => sym(Number(object.symtab.get("info")) + 257, hashOf(colliding(300)[0]!)), {
    from: (machine) => assembled(machine, names(300)),
  }),
  wrong("BadSection", "names of sections that were made to have one hash", (object) => shdr(object.named(colliding(300)[257]!), hashOf(colliding(300)[0]!)), {
    from: (machine) => assembled(machine, colliding(300).map((name) => `  .section ${name},"aw",%progbits\n  .long 0\n`).join("")),
  }),
  wrong("BadSymbolTable", "a local symbol amid global ones", (object) => {
    const one = object.label("value");
    one.set("info", 1);
    return sym(one.index, 1);
  }),
  ...([["a section that is not there", 0x1234], ["a reserved number", 0xff20], ["a number in a table that is not there", 0xffff]] as const).map(([name, index]) =>
    wrong("BadSymbolIndex", `a symbol of ${name}`, (object) => {
      const one = object.label("value");
      one.set("shndx", index);
      return sym(one.index, index);
    })),
  wrong("BadSymbolIndex", "a local symbol of a section that is not there", (object) => {
    const entry = object.relocationOf(".data", 2), index = Number(entry.get("info") >> (object.is64 ? 32n : 8n));
    object.labelAt(index).set("shndx", 0x1234);
    return sym(index, 0x1234);
  }),
  wrong("BadSymbolIndex", "a number of a section that only its table has", (object) => {
    const spare = object.named("spare"), one = object.label("value");
    spare.set("type", SHT.SYMTAB_SHNDX).set("link", object.symtab.index);
    one.set("shndx", 0xffff);
    object.write(Number(spare.get("offset")) + 4 * one.index, 4, 0x4567n);
    return sym(one.index, 0x4567);
  }),
  wrong("BadSymbolType", "a thread-local symbol in data", (object) => {
    const one = object.label("value");
    one.set("info", 0x16);
    return sym(one.index, 6);
  }),
  wrong("BadAlignment", "of a common symbol: 12", (object) => {
    const one = object.label("room");
    one.set("value", 12);
    return sym(one.index, 12);
  }),
  wrong("AddressWraps", "a common symbol that no memory holds", (object) => {
    const one = object.label("room");
    one.set("size", most(object));
    return sym(one.index, most(object));
  }, { machines: is64 }),

  section("WritableCode", "code that may be written", ".text", "flags", () => 7),
  section("BadSection", "compressed data", ".data", "flags", () => SHF.WRITE | SHF.ALLOC | SHF.COMPRESSED),
  section("BadSection", "half a constructor", ".ctors", "size", (_, now) => now - 2n),

  relocation("UnknownRelocation", "a type that no machine has", (object, entry) => {
    object.retype(entry, { type: 0xfa });
    return 0xfa;
  }),
  relocation("BadSymbolIndex", "of a relocation", (object, entry) => {
    object.retype(entry, { symbol: object.symbolCount });
    return object.symbolCount;
  }),
  relocation("RelocationOutside", "across the end of its section", (object, entry) => {
    entry.set("offset", object.named(".data").get("size") - BigInt(object.wordBytes) + 1n);
    return entry.get("offset");
  }),
  relocation("RelocationOutside", "far behind its section", (object, entry) => {
    entry.set("offset", most(object));
    return most(object);
  }),
  wrong("RelocationOutside", "zeros", (object) => {
    object.named(".data").set("type", SHT.NOBITS);
    const entry = object.relocationOf(".data");
    return told("Entry", entry.offset, entry.get("offset"));
  }),
  wrong("RelocationOutside", "a constructor and its neighbour", (object) => {
    const entry = object.relocationOf(".ctors", 1);
    entry.set("offset", 1);
    return told("Entry", entry.offset, 1);
  }),

  wrong("Misaligned", "a jump amid an instruction", (object) => {
    const entry = object.relocationOf(".text");
    entry.set("addend", 1);
    return told("Entry", entry.offset, 5);
  }, { machines: isRiscv, from: (machine) => assembled(machine, JUMP) }),
  wrong("NoPartner", "an upper part that is none", (object) => {
    const lower = [0, 1, 2, 3].map((n) => object.relocationOf(".text", n)).find((one) => Number(one.get("info") & 0xffn) === 24)!;
    object.retype(object.relocationOf(".text"), { type: 0 });
    return told("Entry", lower.offset, 0);
  }, { machines: isRiscv, from: (machine) => assembled(machine, UPPER) }),
  wrong("BadRelocationTable", "padding that is not there", (object) => {
    const entry = padding(object);
    entry.set("addend", 0x2000);
    return told("Entry", entry.offset, 0x2000);
  }, { machines: isRiscv, from: (machine) => assembled(machine, PADDED) }),
  wrong("BadRelocationTable", "padding that two tables tell of", (object) => {
    const table = object.tableOf(".text"), spare = object.named("spare"), entry = padding(object);
    const at = Number(spare.get("offset")), each = Number(table.get("entsize"));
    spare.set("type", SHT.RELA).set("entsize", each).set("size", each).set("link", table.get("link")).set("info", table.get("info"));
    object.bytes.copyWithin(at, entry.offset, entry.offset + each);
    return told("Entry", spare.index > table.index ? at : entry.offset, entry.get("offset"));
  }, { machines: isRiscv, from: (machine) => assembled(machine, PADDED) }),

  ...([["bitcode", 0xdec0_4342], ["wrapped bitcode", 0x0b17_c0de]] as const).flatMap(([name, magic]) => [
    {
      name: `OnlyLto: an object: ${name}`,
      make: () => ({ bytes: startingWith(magic), expected: { code: "OnlyLto" as const, ...told("Ehdr", 0, magic) } }),
    },
    ar("OnlyLto", `a member that is ${name}`, () => ({ bytes: archive([["a.o/", startingWith(magic)]]), expected: { ...told("Ehdr", 0, magic), member: "a.o" } })),
  ]),
  wrong("OnlyLto", "gcc's, without code", (object) => sym(Number(object.symtab.get("info")), 0xfff2), { from: slim }),
  ar("OnlyLto", "a member that is gcc's, without code", (machine) => ({ bytes: archive([["a.o/", slim(machine)]]), expected: { ...sym(Number(new ObjectFile(slim(machine)).symtab.get("info")), 0xfff2), member: "a.o" } })),
  member("BadClass", "a member without a class", (object) => {
    object.header.set("class", 0);
    return [4, 0];
  }),
  member("BadByteOrder", "a member that is big-endian", (object) => {
    object.header.set("data", 2);
    return [5, 2];
  }),
  member("BadVersion", "a member of another version", (object) => {
    object.header.set("identVersion", 2);
    return [6, 2];
  }),
  member("BadVersion", "a member with another version in its header", (object) => {
    object.header.set("version", 3);
    return [20, 3];
  }),
  member("BadType", "a member that is a library", (object) => {
    object.header.set("type", 3);
    return [16, 3];
  }),
  member("BadMachine", "a member for MIPS", (object) => {
    object.header.set("machine", 8);
    return [18, 8];
  }),
  ar("Truncated", "a member that is less than an identification", (machine) => ({ bytes: archive([["a.o/", whole(machine).subarray(0, 15)]]), expected: { ...told("Ehdr", 0, 15), member: "a.o" } })),
  ar("Truncated", "a member that is less than a header", (machine) => ({ bytes: archive([["a.o/", whole(machine).subarray(0, 50)]]), expected: { ...told("Ehdr", 0, 50), member: "a.o" } })),
  ar("DuplicateSymbol", "two members that define the same", (machine) => {
    const object = new ObjectFile(whole(machine));
    return { bytes: archive([["a.o/", object.bytes], ["b.o/", object.bytes]]), expected: { ...sym(firstStrong(object), 0), member: "b.o", name: "code" } };
  }),
  ar("MachineMismatch", "a member for another machine", (machine) => ({
    bytes: archive([["a.o/", assembled(machine, "  .globl one\n  .data\none: .long 0\n")], ["b.o/", assembled(OTHER[machine], "  .globl two\n  .data\ntwo: .long 0\n")]]),
    expected: { ...told("Ehdr", 18, new ObjectFile(whole(OTHER[machine])).header.get("machine")), member: "b.o" },
  }), { isUniversal: true }),
  ar("NoSections", "nothing but a table of symbols", () => ({ bytes: archive([["/", symbolTable([])]]), expected: told("Ehdr", 0, 0) })),
  ar("NoSections", "nothing at all", () => ({ bytes: archive([]), expected: told("Ehdr", 0, 0) })),
  ar("NoSections", "members that are no objects", () => ({ bytes: archive([["readme.txt/", Buffer.from("nothing to link\n")], ["empty/", Buffer.alloc(0)]]), expected: told("Ehdr", 0, 0) })),
  ar("BadArchive", "a thin one, whose member's name would lie in front of its bytes", () => ({ bytes: archive([["#1/4096", Buffer.alloc(0)]], "!<thin>\n"), expected: told("Member", 8, 0x342f3123) })),
  ar("MissingMember", "a thin one, whose member is nowhere", () => ({ bytes: archive([["absent.o/", Buffer.alloc(0)]], "!<thin>\n"), expected: { ...told("Member", 8, 0), member: "absent.o" } })),
  ar("BadArchive", "another kind", (machine) => ({ bytes: archive([["a.o/", whole(machine)]], "!<arab>\n"), expected: told("Member", 4, 0x0a3e6261) })),
  ar("BadArchive", "a member's header that is cut off", (machine) => {
    const good = archive([["a.o/", whole(machine)]]), bytes = Buffer.concat([good, memberHeader("b.o/", 0).subarray(0, 59)]);
    return { bytes, expected: told("Member", good.length, bytes.length) };
  }),
  ar("BadArchive", "a member's header without its end", (machine) => ({
    bytes: Buffer.concat([Buffer.from("!<arch>\n"), memberHeader("a.o/", whole(machine).length, "xy"), whole(machine)]), expected: told("Member", 8, 0x7978),
  })),
  ...(["", "12x", "-1", "0x10"] as const).map((size) => ar("BadArchive", `a member of "${size}" bytes`, (machine) => ({
    bytes: Buffer.concat([Buffer.from("!<arch>\n"), memberHeader("a.o/", size), whole(machine)]), expected: told("Member", 8, 0xffff_ffff_ffff_ffffn),
  }))),
  ...[1, 9_999_999_999].map((more) => ar("BadArchive", `a member that is ${more === 1 ? "a byte" : "much"} longer than the file`, (machine) => {
    const bytes = whole(machine), size = more === 1 ? bytes.length + 1 : more;
    return { bytes: Buffer.concat([Buffer.from("!<arch>\n"), memberHeader("a.o/", size), bytes]), expected: told("Member", 8, size) };
  })),
  ...([["a name that no table has", "/7"], ["a name behind the end of the table", "/99"], ["a name of more bytes than the member", "#1/9999"], ["a name of no number of bytes", "#1/x"]] as const).map(([what, name]) =>
    ar("BadArchive", what, (machine) => {
      const names = what.includes("behind") ? [["//", Buffer.from("a.o/\n")] as const] : [];
      return { bytes: archive([...names, [name, whole(machine)]]), expected: told("Member", names.length ? 74 : 8, Buffer.from(name.padEnd(4)).readUInt32LE()) };
    })),
  ar("BadArchive", "a name without an end", (machine) => ({
    bytes: archive([["//", Buffer.from("a.o/")], ["/0", whole(machine)]]), expected: told("Member", 72, Buffer.from("/0  ").readUInt32LE()),
  })),
];

/** What gcc -flto leaves in place of an object, as far as a linker can tell. */
function slim(machine: Machine): Uint8Array {
  return assembled(machine, "  .comm __gnu_lto_slim,1,1\n");
}

function startingWith(magic: number): Uint8Array {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(magic);
  return bytes;
}

/** The relocation that tells of padding. */
function padding(object: ObjectFile): ReturnType<ObjectFile["relocationOf"]> {
  const table = object.tableOf(".text"), count = Number(table.get("size") / table.get("entsize"));
  return Array.from({ length: count }, (_, n) => object.relocationOf(".text", n)).find((one) => Number(one.get("info") & 0xffn) === 43)!;
}

/** The index of the first symbol that may be defined once only. */
function firstStrong(object: ObjectFile): number {
  return object.label("code").index;
}

/** DT_GNU_HASH's function. */
function hashOf(name: string): number {
  return [...name].reduce((hash, c) => Math.imul(hash, 33) + c.charCodeAt(0) >>> 0, 5381);
}
