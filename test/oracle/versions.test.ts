// Versions and thread-local storage, as `inspect` and llvm-readelf tell them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { json } from "../cli/linkwright.js";
import { fixturePath } from "../support/files.js";
import { LIBRARIES } from "./libraries.js";

interface Told {
  readonly versions: { readonly defined: readonly string[]; readonly needed: readonly { readonly file: string; readonly name: string }[] };
  readonly tls: { readonly vaddr: string; readonly fileBytes: number; readonly bytes: number; readonly align: number } | null;
}

function readelf(option: string, path: string): string {
  return execFileSync("llvm-readelf-19", ["--elf-output-style=LLVM", option, path], { encoding: "utf8", maxBuffer: 1 << 26 });
}

function theirs(path: string): Told {
  const versions = readelf("--version-info", path);
  const [, definitions = ""] = versions.split("VersionDefinitions [");
  const [, requirements = ""] = versions.split("VersionRequirements [");
  const needed = requirements.split("Dependency {").slice(1).flatMap((part) => {
    const file = /FileName: (.*)/.exec(part)![1]!;
    return [...part.matchAll(/^ +Name: (.*)$/gm)].map(([, name]) => ({ file, name: name! }));
  });
  const tls = readelf("--program-headers", path).split("ProgramHeader {").find((part) => part.includes("Type: PT_TLS"));
  const field = (name: string): string => new RegExp(`${name}: (\\S+)`).exec(tls!)![1]!;
  return {
    versions: { defined: [...definitions.split("VersionRequirements")[0]!.matchAll(/^ +Name: (.*)$/gm)].map(([, name]) => name!), needed },
    tls: tls === undefined ? null : {
      vaddr: `0x${BigInt(field("VirtualAddress")).toString(16)}`, fileBytes: Number(field("FileSize")), bytes: Number(field("MemSize")), align: Number(field("Alignment")),
    },
  };
}

async function ours(path: string): Promise<Told> {
  const { versions, tls } = await json<Told>(["inspect", path]);
  return { versions, tls };
}

describe("oracle: versions and TLS", () => {
  const fixtures = MACHINES.flatMap((machine) => ["versions.so", "versions_user.so", "tls.so"].map((name) => fixturePath(machine, name)));
  test("there are real libraries", () => assert.ok(LIBRARIES.size >= 12, [...LIBRARIES.keys()].join(" ")));
  const met = { defined: 0, needed: 0, tls: 0 };
  for (const path of [...fixtures, ...LIBRARIES.values()]) {
    test(path.split("/").slice(-2).join("/"), async () => {
      const told = theirs(path);
      assert.deepEqual(await ours(path), told);
      met.defined += told.versions.defined.length;
      met.needed += told.versions.needed.length;
      met.tls += told.tls ? 1 : 0;
    });
  }
  test("there was something to compare", () => assert.ok(met.defined > 100 && met.needed > 20 && met.tls > MACHINES.length, JSON.stringify(met)));
});
