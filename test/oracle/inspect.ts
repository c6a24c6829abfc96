// A process that inspects many files with the command line's own command, and prints one JSON document a line.

import { argumentsOf } from "../../hosts/node/command.js";
import { inspect } from "../../hosts/node/commands/inspect.js";

const print = process.stdout.write.bind(process.stdout);
let text = "";
process.stdout.write = ((chunk: string) => {
  text += chunk;
  return true;
}) as typeof process.stdout.write;

for (const path of process.argv.slice(2)) {
  text = "";
  await inspect.run(argumentsOf(inspect, [path, "--json"]));
  print(`${JSON.stringify(JSON.parse(text))}\n`);
}
