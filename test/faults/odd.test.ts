// Objects that are odd and no fault: they are loaded, and nothing is touched that is not theirs.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Answer, Flag } from "../../assembly/words.js";
import { MACHINES } from "../../fixtures/list.js";
import { ObjectFile, SHT, whole } from "./objectfile.js";
import { checkEmpty, stage } from "./scenario.js";

const ODD: readonly (readonly [name: string, change: (object: ObjectFile) => unknown])[] = [
  ["symbols behind the ends of their sections, as gABI lets them be", (object) => {
    for (const name of ["code", "value", "zero", "hidden"]) object.label(name).set("value", object.is64 ? 0x7fff_ffff_ffffn : 0x7fff_ffff);
  }],
  ["symbols in front of their sections", (object) => {
    for (const name of ["code", "value", "zero", "hidden", "variable"]) object.label(name).set("value", -16n & (object.is64 ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn));
  }],
  ["frames without bytes", (object) => {
    // The name fits into one that is there: .text.shared is as long as that, and more.
    const data = object.named(".data.local"), strings = object.sections[Number(object.head.get("shstrndx"))]!;
    const at = Number(strings.get("offset") + data.get("name"));
    object.bytes.set(new TextEncoder().encode(".eh_frame\0"), at);
    data.set("type", SHT.NOBITS).set("offset", object.is64 ? 0xffff_ffff_ffff_0000n : 0xffff_0000).set("size", 4096);
  }],
  ["sections that have the same bytes", (object) => object.named(".text").set("offset", object.named(".data").get("offset"))],
  ["zeros whose place in the file is nowhere", (object) => object.named(".bss").set("offset", object.is64 ? 0xffff_ffff_ffff_fff0n : 0xffff_fff0)],
  ["thread-local zeros whose place in the file is nowhere", (object) => object.named(".tbss").set("offset", object.is64 ? 0xffff_ffff_ffff_fff0n : 0xffff_fff0)],
  ["a common symbol without an alignment", (object) => object.label("room").set("value", 0)],
  ["symbols of no size, and of any", (object) => {
    object.label("value").set("size", object.is64 ? 0xffff_ffff_ffff_ffffn : 0xffff_ffff);
    object.label("code").set("size", 0);
  }],
  ["a section whose name is nowhere", (object) => object.named(".data").set("name", 0xffff_ffff)],
  ["no names of sections", (object) => object.head.set("shstrndx", 0)],
  ["groups that are none", (object) => {
    for (const n of [0, 1]) object.write(Number(object.ofType(SHT.GROUP, n).get("offset")), 4, 0n);
  }],
];

describe("what is odd and no fault", () => {
  for (const machine of MACHINES) {
    for (const [name, change] of ODD) {
      test(`${machine}: ${name}`, () => {
        const object = new ObjectFile(whole(machine));
        change(object);
        const bench = stage(machine, { wasm: "debug" }), context = bench.core.lw_context(0n, 0n, 0n) >>> 0, used = bench.used;
        const session = bench.core.lw_load(context, bench.add(object.bytes), Flag.Global | Flag.NoRun) >>> 0;
        assert.equal(bench.settle(session), Answer.Done, bench.fault(session).code);
        const module = bench.core.lw_result(session) >>> 0;
        assert.equal(bench.core.lw_close(session), 0);
        const unload = bench.core.lw_unload(module) >>> 0;
        assert.equal(bench.settle(unload), Answer.Done);
        assert.equal(bench.core.lw_close(unload), 0);
        checkEmpty(bench, used);
      });
    }
  }
});
