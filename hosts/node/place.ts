// What of files that lie in the target is used there, and what is copied, for people and as data.

import type { Copied } from "../../assembly/words.js";
import type { Module } from "./module.js";
import type { ModuleSection } from "./section.js";
import { hex, table } from "./terminal.js";

const REASONS: Readonly<Record<keyof typeof Copied, (section: ModuleSection) => string>> = {
  Not: () => "in place",
  Written: () => "copied: it is written to, or zeros",
  Relocated: () => "copied: it is relocated",
  Misaligned: ({ align }) => `copied: it does not lie at a multiple of ${align}`,
  Beyond: () => "copied: the machine's addresses do not reach it",
  Gathered: () => "copied: it has to lie beside others",
  Refused: () => "copied: its file does not lie in the target",
};

/** Sections of loads that were told where files lie. */
const toldOf = (module: Module): readonly ModuleSection[] => module.sections.filter(({ copied, bytes }) => copied !== undefined && bytes);

/** The same as data. */
export function placeFacts(module: Module): { readonly sections?: readonly unknown[] } {
  const told = toldOf(module);
  return told.length ? { sections: told.map(({ file, member, name, address, bytes, copied }) => ({ file, member, name, address, bytes: Number(bytes), copied })) } : {};
}

/** Each section, and why it was copied; nothing where no file lies in the target. */
export function placeTable(modules: readonly Module[]): string[] {
  const sections = modules.flatMap(toldOf);
  if (!sections.length) return [];
  const bytesOf = (isThere: boolean): bigint => sections.filter(({ copied }) => (copied === "Not") === isThere).reduce((sum, one) => sum + one.bytes, 0n);
  const columns = [{ title: "file" }, { title: "section" }, { title: "address", right: true }, { title: "bytes", right: true }, { title: "" }];
  const rows = sections.map((one) => [one.member === undefined ? one.file : `${one.file}(${one.member})`, one.name, hex(one.address), String(one.bytes), REASONS[one.copied!](one)]);
  return [...table(columns, rows), `${bytesOf(true)} bytes in place, ${bytesOf(false)} in memory of their own`];
}
