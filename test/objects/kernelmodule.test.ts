// What a Linux kernel module says beside its code: its words, checksums, exports, signature, and the sections that its kernel works on.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { linkwright } from "../cli/linkwright.js";
import { ownFolder } from "../support/folder.js";

/** How machines write an address's word, and an entry of __ksymtab: distances, or on Arm addresses. */
const MACHINES = [
  { machine: "x86_64", target: "x86_64-linux-gnu", word: ".quad", place: (symbol: string) => `${symbol} - .`, call: "call" },
  { machine: "i386", target: "i686-linux-gnu", word: ".long", place: (symbol: string) => `${symbol} - .`, call: "call" },
  { machine: "aarch64", target: "aarch64-linux-gnu", word: ".quad", place: (symbol: string) => `${symbol} - .`, call: "bl" },
  { machine: "arm", target: "armv7-linux-gnueabihf", word: ".long", place: (symbol: string) => symbol, call: "bl" },
] as const;

const WORDS = ["license=GPL", "depends=mac80211,cfg80211", "alias=pci:v1", "alias=pci:v2", "vermagic=6.1.0 SMP", "intree"];
const CRCS = { printk: 0x11223344, kfree: 0xf5667788 };

function sourceOf({ word, place, call }: (typeof MACHINES)[number]): string {
  const wordBytes = word === ".quad" ? 8 : 4;
  const exported = (name: string, kind: string, namespace: string): string[] => [
    `.section ___ksymtab${kind}+${name},"a"`, ".p2align 2", `.long ${place(name)}`, `.long ${place(`__name_${name}`)}`, namespace ? `.long ${place("__namespace")}` : ".long 0",
  ];
  return [
    ".section .modinfo,\"a\"", ...WORDS.map((text) => `.asciz "${text}"`),
    ".section __versions,\"a\"", ...Object.entries(CRCS).flatMap(([name, crc]) => [`${word} ${crc}`, `.asciz "${name}"`, `.zero ${64 - wordBytes - name.length - 1}`]),
    ".section __ksymtab_strings,\"aMS\",%progbits,1", "__name_plain: .asciz \"plain\"", "__name_strict: .asciz \"strict\"", "__namespace: .asciz \"OURS\"",
    ...exported("plain", "", ""), ...exported("strict", "_gpl", "OURS"),
    ".section .altinstructions,\"a\"", ".long 1, 2, 3",
    ".text", ".globl plain, strict", ".p2align 2", "plain:", `${call} printk`, "strict:", `${call} kfree`, ".section .note.GNU-stack,\"\",%progbits", "",
  ].join("\n");
}

/** Relocatable as kernels' modules are: one object, whose sections are joined as their script does it. */
const SCRIPT = "SECTIONS { __ksymtab : { *(SORT(___ksymtab+*)) } __ksymtab_gpl : { *(SORT(___ksymtab_gpl+*)) } }\n";

for (const one of MACHINES) {
  describe(`kernel modules: ${one.machine}`, () => {
    const folder = ownFolder(), path = (name: string): string => join(folder, name), module = path("v.ko");
    writeFileSync(path("v.S"), sourceOf(one));
    writeFileSync(path("v.lds"), SCRIPT);
    execFileSync("clang-19", [`--target=${one.target}`, "-c", path("v.S"), "-o", path("v.o")]);
    execFileSync("ld.lld-19", ["-r", "-T", path("v.lds"), path("v.o"), "-o", module]);
    writeFileSync(path("System.map"), "0000000000210000 T printk\n0000000000220000 t kfree\n");
    const symvers = (lines: readonly string[]): string => {
      writeFileSync(path("Module.symvers"), lines.map((line) => `${line}\n`).join(""));
      return path("Module.symvers");
    };
    const link = (...more: string[]) => linkwright(["link", module, "--symbols", path("System.map"), "--base", "0x200000", "--out", path("image"), "--json", ...more]);
    const line = (name: keyof typeof CRCS, crc = CRCS[name]): string => `0x${crc.toString(16).padStart(8, "0")}\t${name}\tvmlinux\tEXPORT_SYMBOL\t`;

    test("what it says of itself, imports and exports; sections that its kernel works on are where link says", async () => {
      const { status, stdout, stderr } = await link("--symvers", symvers([line("printk"), line("kfree")]));
      assert.equal(status, 0, stderr);
      const [linked] = (JSON.parse(stdout) as { modules: { kernel: { info: unknown; imports: unknown; exports: { name: string; address: string }[] }; sections: { name: string }[] }[] }).modules;
      const { info, imports, exports } = linked!.kernel;
      assert.deepEqual(info, WORDS.map((text) => ({ key: text.split("=")[0], value: text.split("=")[1] ?? "" })));
      assert.deepEqual(imports, Object.entries(CRCS).map(([name, crc]) => ({ name, crc })));
      const callBytes = one.machine.endsWith("86_64") || one.machine === "i386" ? 5n : 4n;
      const [plain, strict] = exports;
      assert.deepEqual([{ ...plain, address: 0 }, { ...strict, address: 0 }], [{ name: "plain", address: 0, gpl: false, namespace: "" }, { name: "strict", address: 0, gpl: true, namespace: "OURS" }]);
      assert.equal(BigInt(strict!.address) - BigInt(plain!.address), callBytes);
      assert.ok(linked!.sections.some(({ name }) => name === ".altinstructions"));
    });

    test("a checksum that is the kernel's no more, and one that it does not have", async () => {
      const other = await link("--symvers", symvers([line("printk"), line("kfree", 0x1)]));
      assert.notEqual(other.status, 0);
      assert.match(other.stderr, /v\.ko was compiled against another kernel: kfree \(0xf5667788; the kernel's is 0x1\)/);
      const absent = await link("--symvers", symvers([line("kfree")]));
      assert.notEqual(absent.status, 0);
      assert.match(absent.stderr, /printk \(0x11223344; not in the list\)/);
    });

    test("inspect tells what decides whether a kernel takes it", async () => {
      const plain = await linkwright(["inspect", module]), signed = path("signed.ko");
      assert.equal(plain.status, 0, plain.stderr);
      for (const words of [/license +GPL/, /depends +mac80211,cfg80211/, /vermagic +6\.1\.0 SMP/, /checksums +of 2 imports/, /signature +none/]) assert.match(plain.stdout, words);
      copyFileSync(module, signed);
      appendFileSync(signed, "~Module signature appended~\n");
      assert.match((await linkwright(["inspect", signed])).stdout, /signature +there is one/);
      const { objects } = JSON.parse((await linkwright(["inspect", signed, "--json"])).stdout) as { objects: { kernel: { isSigned: boolean; imports: unknown[] } }[] };
      assert.deepEqual([objects[0]!.kernel.isSigned, objects[0]!.kernel.imports.length], [true, 2]);
    });
  });
}
