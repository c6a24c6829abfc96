// Places that are not a word: every width takes its limits, and nothing beyond them.

import { Code, What } from "../../../assembly/words";
import { load32, load64, store64 } from "../../../assembly/host/memory";
import { Width } from "../../../assembly/arch/arch";
import { take } from "../../../assembly/base/heap";
import { Places } from "../../../assembly/relocate/place";
import { loadPlace, placeBytes, storePlace } from "../../../assembly/relocate/width";
import { freshHeap } from "./support/heap";
import { room } from "./support/target";
import { newWork } from "./support/work";

const ENTRY: u64 = 0x4242;
const PATTERN: u64 = 0x1122334455667788;

let at: u64 = 0;

function places(): Places {
  const places = changetype<Places>(take(offsetof<Places>()));
  places.work = newWork();
  return places;
}

/** It fits: its lower bits are stored, and nothing beside them. */
function taken<A>(width: Width, value: u64): void {
  const bits = placeBytes<A>(width) * 8, mask = bits == 64 ? u64.MAX_VALUE : (<u64>1 << bits) - 1;
  store64(at, PATTERN);
  const to = places();
  assert(storePlace<A>(to, ENTRY, at, width, value), "it fits: " + value.toString(16));
  assert(load64(at) == (PATTERN & ~mask | value & mask), "it is stored alone");
  assert(to.work.fault.code == Code.Ok, "and no fault");
}

/** It does not: nothing is stored. */
function refused<A>(width: Width, value: u64): void {
  store64(at, PATTERN);
  const to = places();
  expect(storePlace<A>(to, ENTRY, at, width, value)).toBe(false);
  expect(load64(at)).toBe(PATTERN);
  expect(to.work.fault.code).toBe(Code.OutOfRange);
  expect(to.work.fault.what).toBe(What.Rel);
  expect(to.work.fault.at).toBe(ENTRY);
  expect(to.work.fault.value).toBe(value);
}

/** From the least to the most, both included; a 32-bit machine knows no more bits than it has. */
function between(width: Width, least: i64, most: i64): void {
  taken<u64>(width, <u64>least);
  taken<u64>(width, <u64>most);
  taken<u64>(width, 0);
  refused<u64>(width, <u64>least - 1);
  refused<u64>(width, <u64>most + 1);
  refused<u64>(width, <u64>i64.MIN_VALUE);
  refused<u64>(width, <u64>i64.MAX_VALUE);
}

describe("relocate: width", () => {
  beforeAll(() => { at = room(64); });
  beforeEach(() => { freshHeap(1 << 16); });

  test("the limits of each width, 64 bits", () => {
    between(Width.Any16, -0x8000, 0xffff);
    between(Width.Unsigned32, 0, 0xffffffff);
    between(Width.Signed32, -0x80000000, 0x7fffffff);
    between(Width.Any32, -0x80000000, 0xffffffff);
  });

  test("the limits of 16 bits on a machine of 32, whose sums wrap", () => {
    for (let i = 0; i < 2; ++i) {
      // Bits above the machine's are what a sum in the core has, and the machine has not.
      const above: u64 = i ? 0xabcd_0000_0000 : 0;
      taken<u32>(Width.Any16, above | 0xffff);
      taken<u32>(Width.Any16, above | 0xffff8000);
      taken<u32>(Width.Any16, above);
      refused<u32>(Width.Any16, above | 0x10000);
      refused<u32>(Width.Any16, above | 0xffff7fff);
      refused<u32>(Width.Any16, above | 0x80000000);
    }
  });

  test("a word takes whatever there is, modulo the machine's", () => {
    taken<u32>(Width.Word, u64.MAX_VALUE);
    taken<u32>(Width.Word, 0x1_0000_0000);
    taken<u64>(Width.Word, u64.MAX_VALUE);
    taken<u64>(Width.Word, 0x8000_0000_0000_0000);
    expect(placeBytes<u32>(Width.Word)).toBe(4);
    expect(placeBytes<u64>(Width.Word)).toBe(8);
    expect(placeBytes<u64>(Width.Any16)).toBe(2);
    expect(placeBytes<u64>(Width.Unsigned32)).toBe(4);
    expect(placeBytes<u64>(Width.Signed32)).toBe(4);
    expect(placeBytes<u64>(Width.Any32)).toBe(4);
  });

  test("what is in a place is an addend with a sign", () => {
    store64(at, 0xffffffff_fffe_8001);
    expect(loadPlace<u32>(at, Width.Any16)).toBe(<u64>-0x7fff);
    expect(loadPlace<u64>(at, Width.Any32)).toBe(<u64>-0x17fff);
    expect(loadPlace<u64>(at, Width.Signed32)).toBe(<u64>-0x17fff);
    expect(loadPlace<u64>(at, Width.Word)).toBe(0xffffffff_fffe_8001);
    expect(loadPlace<u32>(at, Width.Word)).toBe(0xfffe_8001);
    store64(at, 0x7fff);
    expect(loadPlace<u32>(at, Width.Any16)).toBe(0x7fff);
    expect(load32(at)).toBe(0x7fff);
  });
});
