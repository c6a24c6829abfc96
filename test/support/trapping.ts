// Imported in front of a test file: in place of the core there is one that traps, whose path is in LW_TRAPPING.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./files.js";

const core = readFileSync(join(ROOT, "build/wasm/core.wasm")), trapping = readFileSync(process.env.LW_TRAPPING!);
const { compile } = WebAssembly;

WebAssembly.compile = (bytes) => compile(Buffer.isBuffer(bytes) && core.equals(bytes) ? trapping : bytes);
