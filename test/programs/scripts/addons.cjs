// Native add-ons of Node, in its main thread and in workers: rollup's parser, oxc's, and koffi, which calls C.
const { createRequire } = require("node:module");
const { createHash } = require("node:crypto");
const { Worker, isMainThread, parentPort, workerData } = require("node:worker_threads");
const [root] = isMainThread ? process.argv.slice(2) : [workerData];
const load = (path) => createRequire(`${root}/`)(`${root}/node_modules/${path}`);

const rollup = load("@rollup/rollup-linux-x64-gnu/package/rollup.linux-x64-gnu.node");
const source = `export const a = 1; export default class A { #x = ${"a + ".repeat(500)} 17 }`;
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
const lines = [`rollup ${Object.keys(rollup).sort()} ${hash(rollup.parse(source, false, false))} ${rollup.xxhashBase64Url(Buffer.from("seventeen"))}`];
const oxc = load("@oxc-parser/binding-linux-x64-gnu/package/parser.linux-x64-gnu.node");
lines.push(`oxc ${hash(JSON.stringify(oxc.parseSync("a.js", source).program))}`);
if (isMainThread) {
  const koffi = load("@koromix/koffi-linux-x64/package/linux_x64/koffi.node");
  const libc = koffi.load("libc.so.6"), libm = koffi.load("libm.so.6");
  lines.push(`koffi ${libc.func("int abs(int)")(-17)} ${libm.func("double cbrt(double)")(8)} ${libc.func("size_t strlen(const char *)")("seventeen")}`);
  const again = [0, 1, 2].map(() => new Promise((done, failed) => new Worker(__filename, { workerData: root }).on("message", done).on("error", failed)));
  Promise.all(again).then((all) => console.log([...lines, ...all].join("\n")));
} else parentPort.postMessage(lines.join(" "));
