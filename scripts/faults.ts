// Writes docs/faults.md: the words of every code, from the table that `explain` reads. `--check` only says whether it is as it should be.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Code } from "../assembly/words.js";
import { stageOf } from "../hosts/node/fault.js";
import { FAULTS } from "../hosts/node/faults.js";
import { root } from "./root.js";

const codes = Object.entries(Code).filter((entry): entry is [string, Code] => typeof entry[1] === "number" && entry[1] !== Code.Ok);
const stages = [...new Set(codes.map(([, code]) => code >> 8))];

const FILE = join(root, "docs/faults.md");
const lines = [
  "# Faults", "",
  "Every code that a load can fail with. `linkwright explain CODE` says the same. Made by `scripts/faults.ts` from",
  "`hosts/node/faults.ts`.", "",
  "Codes are grouped by what they are about, which the high byte says; a group has the name of the stage whose business that is. Most are found in it, and",
  "some as soon as what they are about can be looked at, or where it changes once more: libraries are missing, or of another machine, when files are inspected;",
  "hash and version tables are read, and thread-local blocks asked for, when a module is mapped; unknown relocations and resolvers outside of code are",
  "met when symbols are bound; descriptors of thread-local variables, and their offsets, are written when a module is relocated, resolvers' choices behind that.",
  "`log.event` tells which stage a load is in (Event.Stage).",
  ...stages.flatMap((stage) => [
    "", `## ${stageOf(stage << 8)}`, "",
    "| code | | expected | what helps |", "|---|---|---|---|",
    ...codes.filter(([, code]) => code >> 8 === stage).map(([name, code]) => {
      const { means, expected, remedy } = FAULTS[code];
      return `| \`${name}\` 0x${code.toString(16).padStart(4, "0")} | ${[means, expected, remedy].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    }),
  ]),
];
const text = `${lines.join("\n")}\n`;
if (!process.argv.includes("--check")) writeFileSync(FILE, text);
else if (readFileSync(FILE, "utf8") !== text) {
  process.stderr.write("docs/faults.md is not as hosts/node/faults.ts has it: node build/js/scripts/faults.js\n");
  process.exitCode = 1;
}
