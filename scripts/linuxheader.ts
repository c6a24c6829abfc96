// Generates build/linux/include/linkwright.h: hosts/linux/include/linkwright.h with the codes of faults, by name.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Code } from "../assembly/words.js";
import { FAULTS } from "../hosts/node/faults.js";
import { root } from "./root.js";
import { upper } from "./upper.js";

/** Where the codes go: what the source has, which knows them from the core's own header. */
const PLACE = "enum { LW_OK = 0, LW_NO_MODULE = 1 };\n";

const codes = Object.entries(Code)
  .filter((entry): entry is [string, Code] => typeof entry[1] === "number" && entry[1] !== Code.Ok)
  .map(([name, code]) => `  LW_CODE_${upper(name)} = 0x${code.toString(16).padStart(4, "0")}, /* ${FAULTS[code].means} */\n`);

const source = readFileSync(join(root, "hosts/linux/include/linkwright.h"), "utf8");
if (!source.includes(PLACE)) throw new Error("hosts/linux/include/linkwright.h: there is no place for the codes");
const made = join(root, "build/linux/include/linkwright.h");
mkdirSync(dirname(made), { recursive: true });
writeFileSync(made, source.replace(PLACE, `enum {\n  LW_OK = 0,\n  LW_NO_MODULE = 1,\n${codes.join("")}};\n`));
