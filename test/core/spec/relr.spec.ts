// DT_RELR: sets of places are encoded here as the gABI has it, and the core must find exactly these.

import { Code, PF } from "../../../assembly/words";
import { take } from "../../../assembly/base/heap";
import { DT } from "../../../assembly/elf/dynamic";
import { loadWord } from "../../../assembly/elf/word";
import { release } from "../../../assembly/host/memory";
import { Places } from "../../../assembly/relocate/place";
import { relocateRelr } from "../../../assembly/relocate/relr";
import { freshHeap } from "./support/heap";
import { addSegment, imageOf, placementOf } from "./support/image";
import { below, seed } from "./support/random";
import { putWord, violations } from "./support/target";
import { newWork } from "./support/work";

/** The table is in a read-only segment, the places behind it in a writable one. */
const TABLE: u64 = 0x1000;
const DATA: u64 = 0x3000;
const DATA_BYTES: u64 = 0x3000;

/** The places, ascending, as a RELR table. */
function encode<A>(places: u64[]): u64[] {
  const word: u64 = sizeof<A>(), span = (word * 8 - 1) * word, table: u64[] = [];
  for (let i = 0; i < places.length; ) {
    table.push(places[i]);
    let where = places[i++] + word;
    for (;;) {
      let bits: u64 = 0;
      for (; i < places.length && places[i] - where < span && !((places[i] - where) % word); ++i) bits |= <u64>2 << (places[i] - where) / word;
      if (!bits) break;
      table.push(bits | 1);
      where += span;
    }
  }
  return table;
}

function placesOf<A>(table: u64[]): Places {
  const image = imageOf(sizeof<A>() * 8, 2);
  addSegment(image, TABLE, DATA - TABLE, PF.R);
  addSegment(image, DATA, DATA_BYTES, PF.R | PF.W);
  image.dynamic!.add(DT.RELR, TABLE);
  image.dynamic!.add(DT.RELRSZ, table.length * sizeof<A>());
  const places = changetype<Places>(take(offsetof<Places>()));
  places.work = newWork();
  places.image = image;
  places.placement = placementOf(image, TABLE, DATA + DATA_BYTES - TABLE);
  for (let i = 0; i < table.length; ++i) putWord<A>(places.placement.at(TABLE + i * sizeof<A>()), table[i]);
  return places;
}

/** What a word holds before: such that some sums wrap. */
function before<A>(vaddr: u64): u64 { return sizeof<A>() == 8 ? ~vaddr : <u32>~vaddr; }

function check<A>(wanted: u64[], table: u64[]): void {
  const places = placesOf<A>(table), placement = places.placement;
  for (let at = DATA; at < DATA + DATA_BYTES; at += 4) putWord<u32>(placement.at(at), <u32>before<A>(at));
  const initial = new Array<u64>();
  for (let i = 0; i < wanted.length; ++i) {
    putWord<A>(placement.at(wanted[i]), before<A>(wanted[i]));
  }
  for (let at = DATA; at < DATA + DATA_BYTES; at += 4) initial.push(loadWord<u32>(placement.at(at)));
  const unruly = violations();
  assert(relocateRelr<A>(places), "it is done");
  assert(violations() == unruly, "and touches nothing else");
  let next = 0;
  for (let at = DATA; at < DATA + DATA_BYTES; ) {
    if (next < wanted.length && wanted[next] == at) {
      const sum = before<A>(at) + placement.bias;
      assert(loadWord<A>(placement.at(at)) == (sizeof<A>() == 8 ? sum : <u32>sum), "the bias is added once");
      at += sizeof<A>();
      ++next;
    } else {
      assert(loadWord<u32>(placement.at(at)) == initial[<i32>((at - DATA) / 4)], "no other word is changed");
      at += 4;
    }
  }
  assert(next == wanted.length, "all were looked at");
  release(placement.addr, placement.bytes);
}

/** A set that is dense here and there. */
function randomPlaces<A>(density: u32): u64[] {
  const places: u64[] = [];
  for (let at = DATA; at + sizeof<A>() <= DATA + DATA_BYTES; at += sizeof<A>()) {
    if (!below(40)) at += sizeof<A>() * below(200);
    if (below(100) < density && at + sizeof<A>() <= DATA + DATA_BYTES) places.push(at);
  }
  return places;
}

function randomSets<A>(): void {
  let tables = 0;
  for (let round: u32 = 1; round <= 24; ++round) {
    freshHeap(1 << 16);
    seed(round);
    const places = randomPlaces<A>(1 + round * 4), table = encode<A>(places);
    assert(places.length > 0 && table.length < places.length + 2, "there is something to do");
    check<A>(places, table);
    tables += table.length;
  }
  expect(tables).toBeGreaterThan(200);
}

function edges<A>(): void {
  const word: u64 = sizeof<A>(), bits = word * 8;
  check<A>([], []);
  check<A>([DATA], [DATA]);
  check<A>([DATA, DATA + word], [DATA, 3]);
  check<A>([DATA, DATA + (bits - 1) * word], [DATA, <u64>1 << bits - 1 | 1]);
  check<A>([DATA, DATA + bits * word], [DATA, 1, 3]);
  check<A>([DATA + DATA_BYTES - word], [DATA + DATA_BYTES - word]);
  check<A>([DATA, DATA + word, DATA + 0x800], [DATA, 3, DATA + 0x800]);
  check<A>([DATA, DATA + 2 * word], [DATA, 5, 1, 1]);
  expect(encode<A>([DATA, DATA + word])).toHaveLength(2);
}

function refused<A>(table: u64[], index: u64, place: u64): void {
  const places = placesOf<A>(table), unruly = violations();
  expect(relocateRelr<A>(places)).toBe(false);
  expect(places.work.fault.code).toBe(Code.RelocationOutside);
  expect(places.work.fault.at).toBe(TABLE + index * sizeof<A>());
  expect(places.work.fault.value).toBe(place);
  expect(violations()).toBe(unruly);
}

function refusals<A>(): void {
  const word: u64 = sizeof<A>(), top: u64 = sizeof<A>() == 8 ? u64.MAX_VALUE : u32.MAX_VALUE;
  refused<A>([DATA - 2], 0, DATA - 2);
  refused<A>([DATA, TABLE], 1, TABLE);
  refused<A>([DATA + DATA_BYTES], 0, DATA + DATA_BYTES);
  refused<A>([DATA + DATA_BYTES - word, 3], 1, DATA + DATA_BYTES);
  refused<A>([3], 0, 0);
  refused<A>([top - 1], 0, top - 1);
  // Bitmaps alone may count past every segment, and around.
  refused<A>([DATA + DATA_BYTES - word, 1, 3], 2, DATA + DATA_BYTES + (word * 8 - 1) * word);
}

describe("relocate: relr", () => {
  beforeEach(() => { freshHeap(1 << 18); });

  test("any set of places, 32 bits", () => randomSets<u32>());
  test("any set of places, 64 bits", () => randomSets<u64>());
  test("bitmaps at their ends, 32 bits", () => edges<u32>());
  test("bitmaps at their ends, 64 bits", () => edges<u64>());
  test("places that are none, 32 bits", () => refusals<u32>());
  test("places that are none, 64 bits", () => refusals<u64>());

  test("without a table nothing is done", () => {
    const image = imageOf(64, 0), places = changetype<Places>(take(offsetof<Places>()));
    places.image = image;
    places.work = newWork();
    expect(relocateRelr<u64>(places)).toBe(true);
  });
});
