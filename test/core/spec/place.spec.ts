import { Code, PF, What } from "../../../assembly/words";
import { take } from "../../../assembly/base/heap";
import { Work } from "../../../assembly/base/work";
import { Image } from "../../../assembly/inspect/image";
import { Placement } from "../../../assembly/map/map";
import { Places } from "../../../assembly/relocate/place";
import { freshHeap } from "./support/heap";
import { addSegment, imageOf } from "./support/image";
import { newWork } from "./support/work";

const ENTRY: u64 = 0x4242;
const BASE: u64 = 0x10000;
const BYTES: u64 = 0x1000;
const END: u64 = BASE + BYTES;

function placesOf(image: Image): Places {
  const places = changetype<Places>(take(offsetof<Places>()));
  places.image = image;
  places.work = newWork();
  places.placement = changetype<Placement>(take(offsetof<Placement>()));
  return places;
}

/** A writable segment between two that are not, with gaps. */
function typical(): Image {
  const image = imageOf(64, 3);
  addSegment(image, 0x1000, 0x1000, PF.R | PF.X);
  addSegment(image, BASE, BYTES, PF.R | PF.W);
  addSegment(image, 0x20000, 0x1000, PF.R);
  return image;
}

/** What a place is answered by someone who asks for the first time. */
function asksFresh(place: u64, bytes: u64): bool { return placesOf(typical()).holds(ENTRY, place, bytes); }

/** And by someone who has asked for a good place before. */
function asksAgain(place: u64, bytes: u64): bool {
  const places = placesOf(typical());
  assert(places.holds(ENTRY, BASE + 64, 8), "a good place");
  return places.holds(ENTRY, place, bytes);
}

function checkBounds(bytes: u64): void {
  for (let i = 0; i < 2; ++i) {
    const asks = i ? asksAgain : asksFresh;
    expect(asks(BASE - 1, bytes)).toBe(false);
    expect(asks(BASE - bytes, bytes)).toBe(false);
    expect(asks(BASE, bytes)).toBe(true);
    expect(asks(BASE + 1, bytes)).toBe(true);
    expect(asks(END - bytes, bytes)).toBe(true);
    expect(asks(END - bytes + 1, bytes)).toBe(false);
    expect(asks(END, bytes)).toBe(false);
    expect(asks(u64.MAX_VALUE, bytes)).toBe(false);
    expect(asks(u64.MAX_VALUE - bytes + 1, bytes)).toBe(false, "it ends where addresses do");
    expect(asks(0, bytes)).toBe(false);
  }
}

describe("relocate: place", () => {
  beforeEach(() => { freshHeap(1 << 18); });

  test("a word of 32 bits at the segment's ends", () => checkBounds(4));
  test("a word of 64 bits at the segment's ends", () => checkBounds(8));

  test("as much as a COPY relocation names", () => {
    for (let i = 0; i < 2; ++i) {
      const asks = i ? asksAgain : asksFresh;
      expect(asks(BASE, BYTES)).toBe(true);
      expect(asks(BASE, BYTES + 1)).toBe(false);
      expect(asks(BASE + 1, BYTES)).toBe(false);
      expect(asks(BASE, u64.MAX_VALUE)).toBe(false);
      expect(asks(BASE + 8, u64.MAX_VALUE - 7)).toBe(false, "the sum wraps to the segment's start");
      expect(asks(BASE - 8, BYTES)).toBe(false);
    }
  });

  test("what is not writable is no place", () => {
    expect(asksFresh(0x1800, 8)).toBe(false);
    expect(asksAgain(0x1800, 8)).toBe(false);
    expect(asksFresh(0x20000, 8)).toBe(false);
    expect(asksAgain(0x20000, 8)).toBe(false);
  });

  test("the fault says which entry, and which place", () => {
    const places = placesOf(typical());
    places.work.source = 3;
    expect(places.holds(ENTRY, BASE, 8)).toBe(true);
    expect(places.work.fault.code).toBe(Code.Ok);
    expect(places.holds(ENTRY, END - 7, 8)).toBe(false);
    const fault = places.work.fault;
    expect(fault.code).toBe(Code.RelocationOutside);
    expect(fault.what).toBe(What.Rel);
    expect(fault.at).toBe(ENTRY);
    expect(fault.value).toBe(END - 7);
    expect(fault.source).toBe(3);
  });

  test("a refusal leaves the good places good", () => {
    const places = placesOf(typical());
    for (let i: u64 = 0; i < 8; ++i) {
      expect(places.holds(ENTRY, BASE + i * 8, 8)).toBe(true);
      expect(places.holds(ENTRY, END + i, 8)).toBe(false);
    }
  });

  test("places in two segments by turns, not across", () => {
    const image = imageOf(64, 3);
    addSegment(image, BASE, 16, PF.R | PF.W);
    addSegment(image, BASE + 16, 0, PF.R | PF.W);
    addSegment(image, BASE + 16, 16, PF.W);
    const places = placesOf(image);
    for (let i = 0; i < 3; ++i) {
      expect(places.holds(ENTRY, BASE + 8, 8)).toBe(true);
      expect(places.holds(ENTRY, BASE + 16, 8)).toBe(true);
      expect(places.holds(ENTRY, BASE + 12, 8)).toBe(false);
      expect(places.holds(ENTRY, BASE + 32, 8)).toBe(false);
    }
  });

  test("a segment at the very top, and one at 0", () => {
    const image = imageOf(64, 2);
    addSegment(image, 0, 16, PF.R | PF.W);
    addSegment(image, u64.MAX_VALUE - 15, 15, PF.R | PF.W);
    const places = placesOf(image);
    expect(places.holds(ENTRY, u64.MAX_VALUE - 15, 8)).toBe(true);
    expect(places.holds(ENTRY, u64.MAX_VALUE - 8, 8)).toBe(true);
    expect(places.holds(ENTRY, u64.MAX_VALUE - 7, 8)).toBe(false);
    expect(places.holds(ENTRY, u64.MAX_VALUE - 3, 8)).toBe(false, "from the top around to 0");
    expect(places.holds(ENTRY, 0, 8)).toBe(true);
    expect(places.holds(ENTRY, 8, 8)).toBe(true);
    expect(places.holds(ENTRY, 9, 8)).toBe(false);
  });
});
