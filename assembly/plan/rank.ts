// The order within a part where it is not that of the files: arrays of functions by their priority, tables about code by the code.

import * as target from "../host/memory";
import { Section } from "../inspect/object";
import { Layout, Part, Span } from "./layout";

/** Where an array of functions comes among others: by the number behind its name, those without one last. .ctors count down. */
export function rankOf(section: Section, name: u64, bytes: u32): u32 {
  let at = bytes;
  let value: u32 = 0;
  let unit: u32 = 1;
  for (; at && unit <= 100000; --at) {
    const c = target.load8(name + at - 1);
    if (c < 0x30 || c > 0x39) break;
    value += (c - 0x30) * unit;
    unit *= 10;
  }
  if (at == bytes || !at || target.load8(name + at - 1) != 0x2e || value > 65535) return 65536;
  return section.isReversed ? 65535 - value : value;
}

/** Puts the tables that speak of code in the order of that code; true if they were not. ARM EHABI 5, "Index table entries". */
export function orderExidx(layout: Layout): bool {
  const span = layout.span(Part.Exidx);
  let isOrdered = true;
  let last: u64 = 0;
  let section = span.first;
  while (section) {
    const about = section.object.section(section.link).vaddr;
    if (about < last) isOrdered = false;
    last = about;
    section.info = <u32>about;
    section = section.next;
  }
  if (!isOrdered) sortByRank(span);
  return !isOrdered;
}

/** Sorts a part by rank; what is equal stays as it is. Runs of two are made into runs of four, and so on. */
export function sortByRank(span: Span): void {
  for (let count: u32 = 1; ; count <<= 1) {
    let rest = span.first;
    let runs: u32 = 0;
    span.first = span.last = null;
    while (rest) {
      const left = rest;
      const right = behind(rest, count);
      rest = right ? behind(right, count) : null;
      mergeRuns(span, left, right);
      ++runs;
    }
    if (runs <= 1) return;
  }
}

/** Cuts a list behind so many sections, and answers with what follows. */
function behind(section: Section, count: u32): Section | null {
  let last = section;
  while (--count && last.next) last = last.next!;
  const next = last.next;
  last.next = null;
  return next;
}

/** Hangs two sorted runs at a part, as one. */
function mergeRuns(span: Span, left: Section | null, right: Section | null): void {
  while (left || right) {
    const isLeft = !right || left != null && left.info <= right.info;
    const next = isLeft ? left! : right!;
    if (isLeft) left = next.next;
    else right = next.next;
    next.next = null;
    span.hang(next);
  }
}
