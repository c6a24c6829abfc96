// A process that runs the command line's own `link` many times: arguments as JSON lines on stdin, what it printed as JSON lines.

import { readFileSync } from "node:fs";
import { argumentsOf } from "../../hosts/node/command.js";
import { link } from "../../hosts/node/commands/link.js";
import { report } from "../../hosts/node/report.js";

const print = process.stdout.write.bind(process.stdout);
let text = "";
process.stdout.write = ((chunk: string) => {
  text += chunk;
  return true;
}) as typeof process.stdout.write;
process.stderr.write = (() => true) as typeof process.stderr.write;

for (const line of readFileSync(0, "utf8").trimEnd().split("\n")) {
  text = "";
  try {
    await link.run(argumentsOf(link, JSON.parse(line) as string[]));
  } catch (error) {
    report(error, true);
  }
  print(`${JSON.stringify(JSON.parse(text))}\n`);
}
