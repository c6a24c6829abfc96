// doctor: what is there, what is not, and what would bring it.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "../command.js";
import { machines } from "../qemu/machine.js";
import { paint, say, sayJson, table } from "../terminal.js";
import { BUILD } from "../wasm.js";

/** One thing that was looked for. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Its version, or what is the matter. */
  readonly found: string;
  /** What would bring it. */
  readonly remedy?: string;
  /** Whether `linkwright` itself works without it. */
  readonly optional?: true;
}

const NODE = 20;
const QEMU_PACKAGES: Readonly<Record<string, string>> = {
  "qemu-system-x86_64": "qemu-system-x86", "qemu-system-i386": "qemu-system-x86", "qemu-system-aarch64": "qemu-system-arm",
  "qemu-system-arm": "qemu-system-arm", "qemu-system-riscv64": "qemu-system-misc", "qemu-system-riscv32": "qemu-system-misc",
  "qemu-system-loongarch64": "qemu-system-misc",
};

/** The first line that a program says of its version; undefined if it can't be started. */
function versionOf(program: string): string | undefined {
  const { error, stdout } = spawnSync(program, ["--version"], { encoding: "utf8", timeout: 10_000 });
  return error ? undefined : (stdout.split("\n")[0] ?? "").trim();
}

function program(names: readonly string[], remedy: string, optional?: true): Check {
  for (const name of names) {
    const found = versionOf(name);
    if (found !== undefined) return { name: basename(name), ok: true, found, optional };
  }
  return { name: basename(names[0]!), ok: false, found: "not installed", remedy, optional };
}

function checks(): Check[] {
  const version = process.versions.node;
  const node: Check = Number(version.split(".")[0]) >= NODE
    ? { name: "node", ok: true, found: version }
    : { name: "node", ok: false, found: version, remedy: `install node ${NODE} or newer` };
  const products = ["wasm/core.wasm", "wasm/sandbox.wasm"].map((path): Check =>
    existsSync(new URL(path, BUILD))
      ? { name: path, ok: true, found: "built" }
      : { name: path, ok: false, found: "not built", remedy: "npm run build" });
  const known = machines();
  const images: Check = known.length
    ? { name: "images", ok: true, found: known.map((one) => one.name).join(", ") }
    : { name: "images", ok: false, found: "not built", remedy: "npm run build" };
  const emulators = known.length ? Object.fromEntries(known.map((one) => [one.qemu.program, one.qemu.package])) : QEMU_PACKAGES;
  return [
    node,
    ...products,
    images,
    ...Object.entries(emulators).sort().map(([name, brings]) => program([name], `apt-get install ${brings}`)),
    program(["clang-19", "clang"], "apt-get install clang-19", true),
    program(["ld.lld-19", "ld.lld"], "apt-get install lld-19", true),
    program([fileURLToPath(new URL("tools/wasmtime/wasmtime_cli/wasmtime", BUILD)), "wasmtime"], "npm run build", true),
  ];
}

export const doctor: Command = {
  name: "doctor",
  usage: "",
  summary: "checks that everything linkwright needs is there, and says what brings what is not",
  details: ["Exit status 1 means that something is missing that `run`, `test` or the build can't do without."],
  options: {},
  files: { least: 0, most: 0, what: "FILE" },
  async run(args) {
    const found = checks();
    const ok = found.every((check) => check.ok || check.optional);
    if (args.has("json")) sayJson({ ok, checks: found });
    else {
      table([{ title: "" }, { title: "what" }, { title: "found" }],
        found.map((check) => [check.ok ? "ok" : check.optional ? "--" : "no", check.name, check.remedy ? `${check.found}: ${check.remedy}` : check.found]))
        .forEach((line) => say(line));
      say();
      say(ok ? paint(process.stdout, "green", "all is well") : paint(process.stdout, "red", "something is missing"));
    }
    return ok ? 0 : 1;
  },
};
