// The libraries of the machine that the tests run on.

import { join } from "node:path";
import { OWN_MACHINE } from "../../scripts/linux.js";
import { machines } from "../../scripts/machines.js";
import { ROOT } from "../support/files.js";

const own = machines.find(({ name }) => name === OWN_MACHINE);
if (!own) throw new Error(`this is no Linux on a machine of boot/: ${process.platform}, ${process.arch}`);

/** The machine that this is. */
export const MACHINE = own;

/** The folder of its libraries. */
export const LIBRARIES = join(ROOT, "build/linux", own.name);
