// node build/js/scripts/library.js FOLDER [--without FEATURE,...]: this machine's libraries, into a folder below the project, without what
// their users do without. docs/linux.md lists the features.
import { relative, resolve } from "node:path";
import { FEATURES, LIBC, OWN_MACHINE, OWN_TOOLS, linuxSteps } from "./linux.js";
import { machines } from "./machines.js";
import { root } from "./root.js";
import { StepFailed, takeAll } from "./steps.js";

const all = [...FEATURES, LIBC];
const usage = `usage: library.js FOLDER [--without FEATURE,...]; features: ${all.map(({ name }) => name).join(", ")}`;

const [folder, option, list = "", ...rest] = process.argv.slice(2);
const names = list.split(",").filter(Boolean), without = all.filter(({ name }) => names.includes(name));
const machine = machines.find(({ name }) => name === OWN_MACHINE);
if (!folder || folder.startsWith("-") || rest.length || (option !== undefined && option !== "--without") || without.length !== names.length) {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
} else if (!machine) {
  process.stderr.write("library: this is no Linux on one of the seven machines\n");
  process.exitCode = 1;
} else {
  try {
    await takeAll(linuxSteps(machine, OWN_TOOLS, relative(root, resolve(folder)), [], without), (name) => process.stderr.write(`library: ${name}\n`));
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.stderr.write(`library: failed: ${error.message}\nlibrary: what helps: npm run build, first\n`);
    process.exitCode = 1;
  }
}
