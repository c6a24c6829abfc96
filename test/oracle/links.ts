// A process that runs `linkwright link` many times: its arguments come as lines of JSON, and what it says goes out as such.

import { createInterface } from "node:readline";
import { argumentsOf } from "../../hosts/node/command.js";
import { link } from "../../hosts/node/commands/link.js";
import { FaultError } from "../../hosts/node/error.js";

const print = process.stdout.write.bind(process.stdout);

/** What the command writes to stdout. */
async function saidBy(args: readonly string[]): Promise<string> {
  let text = "";
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  try {
    await link.run(argumentsOf(link, [...args, "--json"]));
    return text;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return JSON.stringify({ refused: error.message });
  } finally {
    process.stdout.write = print;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  print(`${JSON.stringify(JSON.parse(await saidBy(JSON.parse(line) as string[])))}\n`);
}
