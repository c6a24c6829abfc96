// A process that runs the command line's own `link` many times: arguments as JSON lines on stdin, what it printed as JSON lines.

import { argumentsOf } from "../../hosts/node/command.js";
import { link } from "../../hosts/node/commands/link.js";
import { FaultError } from "../../hosts/node/error.js";
import { readFileSync } from "node:fs";

const print = process.stdout.write.bind(process.stdout);
let text = "";
process.stdout.write = ((chunk: string) => {
  text += chunk;
  return true;
}) as typeof process.stdout.write;

for (const line of readFileSync(0, "utf8").trimEnd().split("\n")) {
  text = "";
  try {
    await link.run(argumentsOf(link, [...(JSON.parse(line) as string[]), "--json"]));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    text = JSON.stringify({ refused: error.code });
  }
  print(`${JSON.stringify(JSON.parse(text))}\n`);
}
