#!/usr/bin/env node
// The command line: finds the command, runs it, and words what went wrong.
// Exit status: 0 success; 1 a file, module or target was refused or failed; 2 a wrong call.

import { readFileSync } from "node:fs";
import { type Command, UsageError, argumentsOf, helpOf } from "./command.js";
import { doctor } from "./commands/doctor.js";
import { explain } from "./commands/explain.js";
import { inspect } from "./commands/inspect.js";
import { link } from "./commands/link.js";
import { plan } from "./commands/plan.js";
import { run } from "./commands/run.js";
import { test } from "./commands/test.js";
import { tree } from "./commands/tree.js";
import { nearest } from "./nearest.js";
import { report } from "./report.js";
import { glossary, note, paragraph, say } from "./terminal.js";
import { BUILD } from "./wasm.js";

const COMMANDS: readonly Command[] = [inspect, tree, plan, link, run, test, doctor, explain];

function help(stream: NodeJS.WriteStream): string[] {
  return [
    "linkwright COMMAND ...",
    "",
    ...paragraph(["A freestanding ELF loader and runtime linker."], stream),
    "",
    ...glossary(COMMANDS.map(({ name, summary }) => [name, summary] as const), stream),
    "",
    ...paragraph(["linkwright COMMAND --help says more. Every command takes --json."], stream),
  ];
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", BUILD), "utf8")) as { version: string };
  return manifest.version;
}

function commandOf(name: string): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command) return command;
  const isOption = name.startsWith("-");
  const meant = nearest(name, isOption ? ["--help", "--version"] : COMMANDS.map((one) => one.name));
  if (isOption && !meant) throw new UsageError(`a command comes first: linkwright COMMAND ${name}`);
  throw new UsageError(`there is no ${isOption ? "option" : "command"} "${name}"${meant ? `; did you mean "${meant}"?` : ""}`);
}

async function main(typed: readonly string[]): Promise<number> {
  const [name, ...rest] = typed;
  if (name === undefined) {
    help(process.stderr).forEach((line) => note(line));
    return 2;
  }
  if (name === "--version" || name === "-V") {
    say(version());
    return 0;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    const [topic] = rest.filter((word) => !word.startsWith("-"));
    (topic === undefined ? help(process.stdout) : helpOf(commandOf(topic))).forEach((line) => say(line));
    return 0;
  }
  const command = commandOf(name);
  const args = argumentsOf(command, rest.map((word) => (word === "-h" ? "--help" : word)));
  if (args.has("help")) {
    helpOf(command).forEach((line) => say(line));
    return 0;
  }
  return command.run(args);
}

// Whoever reads the output may stop reading: that is no failure of ours. A full disk is one.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    if (stream === process.stdout) note(`linkwright: the output can't be written: ${error.message}`);
    process.exit(1);
  });
}

const typed = process.argv.slice(2);
try {
  process.exitCode = await main(typed);
} catch (error) {
  const end = typed.indexOf("--"); // what follows are files
  process.exitCode = report(error, typed.slice(0, end < 0 ? undefined : end).includes("--json"));
}
