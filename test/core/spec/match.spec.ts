// Which of several definitions of a name a reference gets: the rules are those of glibc's check_match and do_lookup_x
// (elf/dl-lookup.c), written down here once more, and compared with the core's over every combination of what they look at.

import { NONE } from "../../../assembly/host/answer";
import { Want, find } from "../../../assembly/link/lookup";
import { Symbols } from "../../../assembly/link/symbols";
import { freshHeap } from "./support/heap";
import { below, seed } from "./support/random";
import { Entry, addGnu, addSysv, addVersions, hashOf, nameVersions, tableOf } from "./support/symbols";
import { putText, room } from "./support/target";

/** What versions are called, by index: 0 and 1 are none. 5 is not in the table at all. */
const NAMES: string[] = ["", "", "OLD", "MIDDLE", "NEW"];
const HIDDEN: u32 = 0x8000;

let scratch: u64 = 0;

/** Definitions of one name, one for each entry of DT_VERSYM, in this order in their hash chain; with DT_VERSYM or without. */
function tableWith(versions: u32[], hasVersions: bool, isGnu: bool): Symbols {
  const entries: Entry[] = [];
  for (let i = 0; i < versions.length; ++i) entries.push(new Entry("f", 0x12, 7, 0x100, versions[i]));
  const symbols = tableOf<u64>(entries);
  if (hasVersions) {
    addVersions(symbols, entries);
    nameVersions(symbols, NAMES);
  }
  if (isGnu) addGnu<u64>(symbols, entries, 1, 1, 1);
  else addSysv(symbols, entries, 1);
  return symbols;
}

/** What the core finds; `version` empty: none is asked for. */
function look(symbols: Symbols, version: string, want: Want): u32 {
  const at = version == "" ? NONE : scratch + 64;
  if (version != "") putText(at, version);
  return find(symbols, scratch, putText(scratch, "f"), hashOf("f"), at, version.length, want);
}

/** The same by glibc's rules: chains of DT_HASH are walked from the last definition, those of DT_GNU_HASH from the first. */
function expected(versions: u32[], hasVersions: bool, isGnu: bool, version: string, want: Want): u32 {
  let only: u32 = 0, count = 0;
  for (let step = 0; step < versions.length; ++step) {
    const i = isGnu ? step : versions.length - 1 - step;
    const index: u32 = i + 1, word = versions[i], number = <i32>(word & 0x7fff);
    if (!hasVersions) return index;
    if (version != "") {
      const name = number < NAMES.length ? NAMES[number] : "";
      const isSame = name == version;
      if (!isSame && ((want & Want.Exact) != 0 || name != "" || (word & HIDDEN) != 0)) continue;
      return index;
    }
    if (number >= (want & Want.Newest ? 2 : 3)) {
      if ((word & HIDDEN) == 0 && count++ == 0) only = index;
      continue;
    }
    return index;
  }
  return count == 1 ? only : 0;
}

const ASKED: string[] = ["", "OLD", "MIDDLE", "NEW", "OTHER", "OL", "OLDER"];
const WANTS: StaticArray<u32> = [Want.Oldest, Want.Newest, Want.Exact];

let compared = 0;

function compare(versions: u32[]): void {
  for (let kind = 0; kind < 4; ++kind) {
    const hasVersions = (kind & 1) != 0, isGnu = (kind & 2) != 0;
    const symbols = tableWith(versions, hasVersions, isGnu);
    for (let i = 0; i < ASKED.length; ++i) {
      for (let k = 0; k < WANTS.length; ++k) {
        const wanted = expected(versions, hasVersions, isGnu, ASKED[i], WANTS[k]), got = look(symbols, ASKED[i], WANTS[k]);
        assert(wanted == got, "versions " + versions.join(" ") + ", asked for '" + ASKED[i] + "', want " + WANTS[k].toString() + ": " + got.toString() + " instead of " + wanted.toString());
        ++compared;
      }
    }
  }
}

const WORDS: StaticArray<u32> = [0, 1, 2, 3, 4, 5, HIDDEN, HIDDEN | 1, HIDDEN | 2, HIDDEN | 3, HIDDEN | 4, HIDDEN | 5];

describe("link: which version", () => {
  beforeAll(() => { scratch = room(4096); });
  beforeEach(() => { freshHeap(1 << 19); });

  test("one definition, any version", () => {
    compared = 0;
    for (let i = 0; i < WORDS.length; ++i) compare([WORDS[i]]);
    expect(compared).toBe(WORDS.length * 4 * 21);
  });

  test("two definitions, any versions", () => {
    compared = 0;
    for (let i = 0; i < WORDS.length; ++i) {
      freshHeap(1 << 19);
      for (let k = 0; k < WORDS.length; ++k) compare([WORDS[i], WORDS[k]]);
    }
    expect(compared).toBe(WORDS.length * WORDS.length * 4 * 21);
  });

  test("several definitions, versions at random", () => {
    compared = 0;
    for (let round: u32 = 1; round <= 100; ++round) {
      freshHeap(1 << 16);
      seed(round);
      const versions: u32[] = [];
      for (let left = 3 + below(4); left; --left) versions.push(WORDS[below(WORDS.length)]);
      compare(versions);
    }
    expect(compared).toBe(100 * 4 * 21);
  });

  test("in words: who asks for no version", () => {
    const typical = tableWith([HIDDEN | 2, HIDDEN | 3, 4], true, true);
    expect(look(typical, "", Want.Oldest)).toBe(1, "a reference linked before there were versions gets the oldest, hidden or not");
    expect(look(typical, "", Want.Newest)).toBe(3, "a question gets the default");
    const young = tableWith([HIDDEN | 3, 4], true, true);
    expect(look(young, "", Want.Oldest)).toBe(2, "the only one that is not hidden, where there is none so old");
    const two = tableWith([3, 4], true, true);
    expect(look(two, "", Want.Oldest)).toBe(0, "two defaults are none");
    expect(look(two, "", Want.Newest)).toBe(0);
    const base = tableWith([1, 4], true, true);
    expect(look(base, "", Want.Newest)).toBe(1, "the base version");
  });

  test("in words: who asks for a version", () => {
    const typical = tableWith([HIDDEN | 2, HIDDEN | 3, 4], true, true);
    expect(look(typical, "OLD", Want.Oldest)).toBe(1, "hidden ones are found by their name");
    expect(look(typical, "NEW", Want.Exact)).toBe(3);
    expect(look(typical, "OTHER", Want.Oldest)).toBe(0);
    const bare = tableWith([0], false, true);
    expect(look(bare, "OLD", Want.Oldest)).toBe(1, "a library without any versions stands for all");
    expect(look(bare, "OLD", Want.Exact)).toBe(1);
    const base = tableWith([1], true, true);
    expect(look(base, "OLD", Want.Oldest)).toBe(1, "so does a definition without one");
    expect(look(base, "OLD", Want.Exact)).toBe(0, "but not for a question");
  });

  test("the base version is none of its symbols' versions", () => {
    const symbols = tableWith([2], true, true);
    expect(symbols.version(2) === null).toBe(false);
    expect(symbols.definesVersion(symbols.strings + symbols.version(2)!.name, 3)).toBe(true);
    const name = symbols.strings + symbols.version(2)!.name;
    symbols.version(2)!.isBase = true;
    expect(symbols.version(2) === null).toBe(true);
    expect(symbols.definesVersion(name, 3)).toBe(true, "but the library has it");
    expect(symbols.definesVersion(name, 2)).toBe(false);
    expect(symbols.version(NAMES.length) === null).toBe(true, "an index beyond the table");
  });

  test("what a library needs itself is not what it has", () => {
    const symbols = tableWith([2], true, true), version = symbols.version(2)!;
    version.isDefined = false;
    expect(symbols.definesVersion(symbols.strings + version.name, 3)).toBe(false);
  });

  test("what is on its way out is found by whoever goes, too", () => {
    const symbols = tableWith([1], true, true);
    symbols.isDying = true;
    expect(look(symbols, "", Want.Oldest)).toBe(0);
    expect(look(symbols, "", Want.Oldest | Want.Dying)).toBe(1);
  });
});
