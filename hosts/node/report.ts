// How the command line says what went wrong: never a stack trace.

import { UsageError } from "./command.js";
import { FaultError, LinkwrightError, OptionError } from "./error.js";
import { type FaultLines, type Missing, faultLines } from "./fault.js";
import { TargetError } from "./qemu/report.js";
import { note, paint, pairs, printable, sayJson } from "./terminal.js";

/** Says on stderr (and, asked for JSON, on stdout) what went wrong; answers with the exit status. */
export function report(error: unknown, json = false): number {
  if (error instanceof UsageError) {
    note(headline(error.message));
    note(`see: linkwright ${error.command ? `${error.command} ` : ""}--help`);
    return 2;
  }
  if (error instanceof FaultError) reportFault(error, json);
  else if (error instanceof TargetError) reportTarget(error, json);
  else if (error instanceof LinkwrightError) reportPlain(error.code, error.message, json);
  else reportPlain("Unexpected", `${messageOf(error)}; this is a mistake in linkwright, please report it`, json);
  return error instanceof OptionError ? 2 : 1;
}

function reportFault(error: FaultError, json: boolean): void {
  const lines = faultLines(error.fault, error.missing);
  note(headline(error.message));
  for (const line of pairs(linesOf(lines), process.stderr)) note(`  ${line}`);
  if (error.cause !== undefined) note(`  because ${printable(messageOf(error.cause))}`);
  if (json) sayJson({ fault: faultJson(error) });
}

function reportTarget(error: TargetError, json: boolean): void {
  note(headline(error.message));
  for (const line of pairs(linesOf(error.lines), process.stderr)) note(`  ${line}`);
  if (json) sayJson({ fault: { ...error.lines, at: error.place } });
}

function reportPlain(code: string, message: string, json: boolean): void {
  note(headline(message));
  if (json) sayJson({ error: { code, message } });
}

/** A fault's six lines with their names. */
export function linesOf(lines: FaultLines): [string, string][] {
  const named: [string, string][] = [
    ["code", lines.code], ["stage", lines.stage], ["place", lines.place], ["found", lines.found], ["expected", lines.expected],
    ["remedy", lines.remedy],
  ];
  return named.filter(([, value]) => value !== "");
}

/** A fault as JSON has it. */
export function faultJson({ fault, missing }: { fault: FaultError["fault"]; missing: readonly Missing[] }): Record<string, unknown> {
  return { ...fault, ...faultLines(fault, missing), code: fault.code, missing };
}

function headline(message: string): string {
  return `${paint(process.stderr, "red", "linkwright:")} ${printable(message)}`;
}

/** What an error says of itself, in one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
