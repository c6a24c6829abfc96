// What a command is, and how its arguments are read.

import { parseArgs } from "node:util";
import { nearest } from "./nearest.js";
import { glossary, hanging, paragraph } from "./terminal.js";

/** One option of a command. */
export interface OptionSpec {
  readonly type: "string" | "boolean";
  /** It may be given more than once. */
  readonly multiple?: boolean;
  /** What stands for its value in the help: DIR, N. */
  readonly value?: string;
  readonly help: string;
}

/** What was typed. */
export interface Arguments {
  readonly files: readonly string[];
  /** Whether a boolean option was given. */
  has(name: string): boolean;
  /** The value of an option; the last one, where it was given twice. */
  one(name: string): string | undefined;
  /** All values of an option. */
  all(name: string): readonly string[];
}

/** A command of the command line. */
export interface Command {
  readonly name: string;
  /** What stands behind its name in the help. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  /** More lines for its own help. */
  readonly details?: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Options that are other programs', as they are typed, and what is done here instead. */
  readonly instead?: Readonly<Record<string, string>>;
  /** How many arguments that are no options it takes. */
  readonly files: { readonly least: number; readonly most: number; readonly what: string };
  /** Does it, and answers with the exit status. */
  run(args: Arguments): Promise<number>;
}

/** A wrong call: exit status 2. */
export class UsageError extends Error {
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message);
    this.command = command;
  }
}

/** Options that every command has. */
export const COMMON: Readonly<Record<string, OptionSpec>> = {
  json: { type: "boolean", help: "answer in JSON" },
  help: { type: "boolean", help: "say how to call the command" },
};

/** Reads what was typed behind a command's name. */
export function argumentsOf(command: Command, typed: readonly string[]): Arguments {
  const options: Readonly<Record<string, OptionSpec>> = { ...command.options, ...COMMON };
  const { tokens } = parseArgs({
    args: attach(typed, options, command.name),
    options: Object.fromEntries(Object.entries(options).map(([name, { type, multiple }]) => [name, { type, multiple: multiple ?? false }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const files: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") files.push(token.value);
    if (token.kind !== "option") continue;
    const spec = options[token.name];
    if (!spec || token.rawName === `-${token.name}`) throw unknownOption(command, token.rawName, Object.keys(options));
    if (spec.type === "boolean" && token.value !== undefined) throw new UsageError(`--${token.name} takes no value`, command.name);
    if (!spec.multiple && spec.type === "string" && values.has(token.name)) throw new UsageError(`--${token.name} is given twice`, command.name);
    values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? ""]);
  }
  if (!values.has("help")) checkCount(command, files);
  return {
    files,
    has: (name) => values.has(name),
    one: (name) => values.get(name)?.at(-1),
    all: (name) => values.get(name) ?? [],
  };
}

// A value may begin with a dash if it is a number: `--arg -5`.
function attach(typed: readonly string[], options: Readonly<Record<string, OptionSpec>>, command: string): string[] {
  const attached: string[] = [];
  for (let i = 0; i < typed.length; ++i) {
    const word = typed[i]!, next = typed[i + 1];
    if (word === "--") return [...attached, ...typed.slice(i)];
    const spec = word.startsWith("--") ? options[word.slice(2)] : undefined;
    if (spec?.type !== "string") {
      attached.push(word);
      continue;
    }
    if (next === undefined || (next.startsWith("-") && !/^-\d/.test(next))) {
      throw new UsageError(`${word} needs a value: ${word} ${spec.value ?? "VALUE"}`, command);
    }
    attached.push(`${word}=${next}`);
    ++i;
  }
  return attached;
}

function unknownOption(command: Command, raw: string, known: readonly string[]): UsageError {
  const word = raw.replace(/^-+/, ""), instead = command.instead?.[raw];
  // A single letter is an option's first, or none of it.
  const meant = nearest(word, word.length === 1 ? known.filter((one) => one.startsWith(word)) : known);
  return new UsageError(`${command.name} has no option ${raw}${instead ? `: ${instead}` : meant ? `; did you mean --${meant}?` : ""}`, command.name);
}

function checkCount(command: Command, files: readonly string[]): void {
  const { least, most, what } = command.files;
  if (files.length < least) throw new UsageError(`${command.name} needs ${least === 1 ? `a ${what}` : `${least} ${what}s`}`, command.name);
  if (files.length > most) {
    throw new UsageError(`${command.name} takes ${most === 0 ? `no ${what}` : most === 1 ? `one ${what}` : `${most} ${what}s`}: what is "${files[most]!}"?`, command.name);
  }
}

/** An address or number as typed: decimal, 0x, 0o or 0b. */
export function numberOf(text: string, what: string, command: string): bigint {
  const [, sign, digits] = /^([-+]?)(0x[0-9a-f]+|0o[0-7]+|0b[01]+|\d+)$/i.exec(text.replaceAll("_", "")) ?? [];
  if (digits === undefined) throw new UsageError(`${what} is a number, not "${text}"`, command);
  return sign === "-" ? -BigInt(digits) : BigInt(digits);
}

/** A number of seconds as typed. */
export function secondsOf(text: string | undefined, otherwise: number, command: string): number {
  if (text === undefined) return otherwise;
  const seconds = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(seconds > 0) || seconds > 86400) throw new UsageError(`--timeout is a number of seconds, not "${text}"`, command);
  return seconds;
}

/** The help of a command. */
export function helpOf(command: Command): string[] {
  const options = Object.entries({ ...command.options, ...COMMON }).map(([name, spec]) =>
    [`--${name}${spec.value ? ` ${spec.value}` : ""}`, `${spec.help}${spec.multiple ? " (may be given more than once)" : ""}`] as const);
  return [
    ...hanging(`linkwright ${command.name} ${command.usage}`.trimEnd()),
    "",
    ...paragraph([`${command.summary}.`]),
    ...(command.details ? ["", ...paragraph(command.details)] : []),
    "",
    "Options:",
    ...glossary(options),
  ];
}
