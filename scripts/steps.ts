// Steps of a build: each runs when what it reads has changed since it last succeeded.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import { root } from "./root.js";

/** One command line: a program and its arguments, run from the root. */
export type Command = readonly string[];

export interface Step {
  /** What is made, for people: `image x86_64`. */
  readonly name: string;
  /** Files and folders it reads, from the root. */
  readonly reads: readonly string[];
  /** Files it makes. */
  readonly makes: readonly string[];
  readonly commands: readonly Command[];
}

/** A command failed; the message holds what it printed. */
export class StepFailed extends Error {}

function filesIn(path: string): string[] {
  const full = join(root, path);
  if (!existsSync(full)) throw new StepFailed(`${path} is missing`);
  if (!statSync(full).isDirectory()) return [full];
  return readdirSync(full).sort().flatMap((name) => filesIn(join(path, name)));
}

function stampOf(step: Step): string {
  const hash = createHash("sha256").update(JSON.stringify(step.commands));
  for (const file of step.reads.flatMap(filesIn)) hash.update(relative(root, file)).update("\0").update(readFileSync(file));
  return hash.digest("hex");
}

function run(command: Command): Promise<void> {
  return new Promise((done, failed) => {
    const [program = "", ...rest] = command;
    const child = spawn(program, rest, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (text: Buffer) => (output += text));
    child.stderr.on("data", (text: Buffer) => (output += text));
    child.on("error", (error) => failed(new StepFailed(`${program}: ${error.message}`)));
    child.on("close", (code) => (code === 0 ? done() : failed(new StepFailed(`${command.join(" ")}\n${output.trim()}`))));
  });
}

async function take(step: Step): Promise<boolean> {
  const record = join(root, "build", ".steps", step.name.replaceAll(/[^\w.-]+/g, "-"));
  const stamp = stampOf(step);
  const isDone = existsSync(record) && readFileSync(record, "utf8") === stamp && step.makes.every((file) => existsSync(join(root, file)));
  if (isDone) return false;
  rmSync(record, { force: true });
  for (const file of step.makes) mkdirSync(dirname(join(root, file)), { recursive: true });
  for (const command of step.commands) await run(command);
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, stamp);
  return true;
}

/**
 * Takes the steps in the order given, as many at once as there are cores; a step starts when all that makes what it
 * reads is done.
 *
 * @param say  told of each step that was taken, by name
 * @returns how many had to be taken
 * @throws StepFailed for the first that fails
 */
export async function takeAll(steps: readonly Step[], say: (name: string) => void): Promise<number> {
  const finished = new Map<string, Promise<boolean>>();
  const maker = new Map(steps.flatMap((step) => step.makes.map((file) => [file, step.name] as const)));
  let free = availableParallelism();
  const waiting: (() => void)[] = [];
  const enter = async (): Promise<void> => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  let taken = 0;
  for (const step of steps) {
    const before = step.reads.map((file) => maker.get(file)).filter((name) => name !== undefined && name !== step.name);
    finished.set(
      step.name,
      (async () => {
        await Promise.all(before.map((name) => finished.get(name!)));
        await enter();
        try {
          if (!(await take(step))) return false;
          taken++;
          say(step.name);
          return true;
        } finally {
          leave();
        }
      })(),
    );
  }
  const outcomes = await Promise.allSettled(finished.values());
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) throw failure.reason;
  return taken;
}
