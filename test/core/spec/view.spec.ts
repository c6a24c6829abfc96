// Parts of files: what is asked of the host, and that all of it is given back once.

import { Answer, Code, PF, What } from "../../../assembly/words";
import { take, usedBytes } from "../../../assembly/base/heap";
import { Part, newImage } from "../../../assembly/inspect/image";
import { View } from "../../../assembly/inspect/view";
import { freshHeap } from "./support/heap";
import { answer, argument, callCount, forget } from "./support/host";
import { addSegment, imageOf } from "./support/image";
import { newWork } from "./support/work";

const FILE_BYTES: u64 = 1000;

function newView(): View { return changetype<View>(take(offsetof<View>())); }

describe("inspect: view", () => {
  beforeEach(() => {
    freshHeap(1 << 14);
    forget();
  });

  test("is asked for once, and given back once", () => {
    const work = newWork(), view = newView();
    work.handle = 0x10005;
    answer("view", 0x7000);
    expect(view.open(work, 3, FILE_BYTES, 100, 50, What.Dyn)).toBe(true);
    expect(view.addr).toBe(0x7000);
    expect(view.open(work, 3, FILE_BYTES, 100, 50, What.Dyn)).toBe(true);
    expect(callCount("view")).toBe(1);
    expect(argument("view", 0, 0)).toBe(0x10005);
    expect(argument("view", 0, 1)).toBe(3);
    expect(argument("view", 0, 2)).toBe(100);
    expect(argument("view", 0, 3)).toBe(50);
    view.close(3);
    view.close(3);
    expect(callCount("unview")).toBe(1);
    expect(argument("unview", 0, 0)).toBe(3);
    expect(argument("unview", 0, 1)).toBe(0x7000);
    expect(argument("unview", 0, 2)).toBe(50);
  });

  test("one that is pending is asked for again, and not given back", () => {
    const work = newWork(), view = newView();
    answer("view", -2);
    expect(view.open(work, 3, FILE_BYTES, 0, 8, What.Ehdr)).toBe(false);
    expect(work.answer).toBe(Answer.Pending);
    expect(work.fault.code).toBe(Code.Ok);
    view.close(3);
    expect(callCount("unview")).toBe(0);
    answer("view", 0);
    expect(view.open(work, 3, FILE_BYTES, 0, 8, What.Ehdr)).toBe(true);
    expect(callCount("view")).toBe(2);
    view.close(3);
    expect(callCount("unview")).toBe(1, "an address of 0 is an address");
  });

  test("one that is refused is a fault, and not given back", () => {
    const work = newWork(), view = newView();
    expect(view.open(work, 3, FILE_BYTES, 16, 8, What.Ehdr)).toBe(false);
    expect(work.answer).toBe(Answer.Refused);
    expect(work.fault.code).toBe(Code.ViewRefused);
    expect(work.fault.what).toBe(What.Import);
    expect(work.fault.at).toBe(16);
    expect(work.fault.value).toBe(8);
    view.close(3);
    expect(callCount("unview")).toBe(0);
  });

  test("what is not in the file is not asked for", () => {
    answer("view", 0x7000);
    const offsets: StaticArray<u64> = [993, 1000, 1001, u64.MAX_VALUE, u64.MAX_VALUE - 7];
    for (let i = 0; i < offsets.length; ++i) {
      const work = newWork();
      expect(newView().open(work, 3, FILE_BYTES, offsets[i], 8, What.Phdr)).toBe(false);
      expect(work.fault.code).toBe(Code.Truncated);
      expect(work.fault.what).toBe(What.Phdr);
      expect(work.fault.at).toBe(offsets[i]);
      expect(work.fault.value).toBe(8);
    }
    expect(newView().open(newWork(), 3, FILE_BYTES, 8, u64.MAX_VALUE, What.Phdr)).toBe(false);
    expect(callCount("view")).toBe(0);
    expect(newView().open(newWork(), 3, FILE_BYTES, 992, 8, What.Phdr)).toBe(true);
    expect(newView().open(newWork(), 3, FILE_BYTES, 0, FILE_BYTES, What.Phdr)).toBe(true);
  });
});

describe("inspect: image", () => {
  beforeEach(() => {
    freshHeap(1 << 14);
    forget();
  });

  test("goes with its last holder, and gives back what it took", () => {
    answer("bytes", 5000);
    const image = newImage(9, true)!;
    expect(image.fileBytes).toBe(5000);
    expect(argument("bytes", 0, 0)).toBe(9);
    answer("view", 0x7000);
    image.part(Part.Header).open(newWork(), 9, 5000, 0, 64, What.Ehdr);
    image.part(Part.Strings).open(newWork(), 9, 5000, 128, 32, What.Str);
    const works = usedBytes();
    ++image.holders;
    image.drop();
    expect(callCount("unview")).toBe(0);
    expect(callCount("close")).toBe(0);
    image.drop();
    expect(callCount("unview")).toBe(2);
    expect(callCount("close")).toBe(1);
    expect(argument("close", 0, 0)).toBe(9);
    expect(usedBytes()).toBeLessThan(works);
  });

  test("closes a view once", () => {
    const image = newImage(9, false)!;
    answer("view", 0x7000);
    image.part(Part.Dynamic).open(newWork(), 9, 5000, 0, 64, What.Dyn);
    image.unview();
    expect(callCount("unview")).toBe(1);
    image.drop();
    expect(callCount("unview")).toBe(1);
  });

  test("leaves a source alone that is not its own", () => {
    const before = usedBytes(), image = newImage(9, false)!;
    image.drop();
    expect(callCount("close")).toBe(0);
    expect(usedBytes()).toBe(before);
  });

  test("keeps which parts were read", () => {
    const image = newImage(1, false)!;
    for (let part = 0; part < Part.COUNT; ++part) {
      for (let other = 0; other < Part.COUNT; ++other) assert(image.isRead(other) == other < part, "this one and those before");
      assert(image.markRead(part), "always");
    }
    expect(image.isRead(Part.Strings)).toBe(true);
  });

  test("knows what holds an address, and what may be read", () => {
    const image = imageOf(64, 3);
    addSegment(image, 0x1000, 0x100, PF.X);
    addSegment(image, 0x2000, 0x100, PF.R);
    addSegment(image, 0x3000, 0x100, PF.W);
    expect(changetype<usize>(image.holding(0x1010, 8))).toBe(changetype<usize>(image.segment(0)));
    expect(changetype<usize>(image.holding(0x20f8, 8))).toBe(changetype<usize>(image.segment(1)));
    expect(image.holding(0x20f9, 8) === null).toBe(true);
    expect(image.holding(0, 0) === null).toBe(true);
    expect(image.readable(0x1010, 8) === null).toBe(true, "code that may not be read");
    expect(changetype<usize>(image.readable(0x2010, 8))).toBe(changetype<usize>(image.segment(1)));
    expect(changetype<usize>(image.readable(0x3010, 8))).toBe(changetype<usize>(image.segment(2)), "what may be written may be read");
  });

  test("knows where its headers are", () => {
    for (let bits: u32 = 32; bits <= 64; bits += 32) {
      const image = imageOf(bits, 4);
      image.phoff = 0x40;
      for (let i: u32 = 0; i < 4; ++i) {
        expect(image.phdrAt(i)).toBe(0x40 + i * (bits == 64 ? 56 : 32));
        expect(image.headerOf(image.segment(i))).toBe(image.phdrAt(i));
      }
    }
  });

  test("no memory is an answer", () => {
    while (take(64));
    expect(newImage(1, false) === null).toBe(true);
    expect(callCount("close")).toBe(0);
  });
});
