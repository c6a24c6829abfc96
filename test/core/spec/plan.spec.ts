import { Code, Flag, PF, What } from "../../../assembly/words";
import { NONE } from "../../../assembly/host/answer";
import { take } from "../../../assembly/base/heap";
import { Work } from "../../../assembly/base/work";
import { DT } from "../../../assembly/elf/dynamic";
import { ET } from "../../../assembly/elf/header";
import { PT, Segment } from "../../../assembly/elf/segment";
import { Image } from "../../../assembly/inspect/image";
import { isLinkable, planOf } from "../../../assembly/plan/plan";
import { freshHeap } from "./support/heap";
import { addSegment, imageOf } from "./support/image";
import { newWork } from "./support/work";

/** Text, and data two pages on. */
function typical(): Image {
  const image = imageOf(64, 4);
  addSegment(image, 0x10100, 0x800, PF.R | PF.X);
  addSegment(image, 0x12900, 0x1234, PF.R | PF.W);
  image.low = 0x10100;
  image.high = 0x12900 + 0x1234;
  image.align = 4096;
  image.type = ET.DYN;
  image.phoff = 64;
  image.dynamicSegment = changetype<Segment>(take(offsetof<Segment>()));
  image.dynamicSegment!.vaddr = 0x12900;
  return image;
}

function checkFault(work: Work, code: Code, what: What, at: u64, value: u64): void {
  expect(work.fault.code).toBe(code);
  expect(work.fault.what).toBe(what);
  expect(work.fault.at).toBe(at);
  expect(work.fault.value).toBe(value);
  expect(work.fault.source).toBe(1);
}

function refusal(image: Image, pageBytes: u64, code: Code, what: What, at: u64, value: u64): void {
  const work = newWork();
  expect(planOf(work, image, pageBytes, false) == null).toBe(true);
  checkFault(work, code, what, at, value);
}

/** It can be looked at, but not linked. */
function unlinkable(image: Image, code: Code, what: What, at: u64, value: u64): void {
  const work = newWork();
  expect(planOf(work, image, 4096, false) != null).toBe(true);
  expect(isLinkable(work, image, 0)).toBe(false);
  checkFault(work, code, what, at, value);
}

describe("plan: plan", () => {
  beforeEach(() => { freshHeap(1 << 16); });

  test("whole pages from the lowest to the highest address", () => {
    const plan = planOf(newWork(), typical(), 4096, false)!;
    expect(plan.low).toBe(0x10000);
    expect(plan.bytes).toBe(0x4000);
    expect(plan.exact).toBe(NONE);
    expect(plan.pageBytes).toBe(4096);
    expect(plan.alignLog2).toBe(12);
  });

  test("an executable has its place", () => {
    const image = typical();
    image.type = ET.EXEC;
    expect(planOf(newWork(), image, 4096, false)!.exact).toBe(0x10000);
  });

  test("the larger of page and alignment counts", () => {
    const image = typical();
    image.align = 1 << 21;
    expect(planOf(newWork(), image, 4096, false)!.alignLog2).toBe(21);
    image.align = 1;
    expect(planOf(newWork(), image, 4096, false)!.alignLog2).toBe(12);
  });

  test("pages that would need two kinds of permission", () => {
    const image = typical();
    refusal(image, 0x4000, Code.SharedPage, What.Phdr, 64 + 56, 0x12900);
    image.segment(1).flags = PF.R | PF.X;
    expect(planOf(newWork(), image, 0x4000, false) != null).toBe(true, "one kind is enough");
    image.segment(1).flags = PF.R | PF.W;
    image.segment(1).bytes = 0;
    expect(planOf(newWork(), image, 0x4000, false) != null).toBe(true, "an empty segment needs none");
  });

  test("two segments that meet at a page's edge share none", () => {
    const image = typical();
    image.segment(0).bytes = 0x2000 - 0x100;
    image.segment(1).vaddr = 0x12000;
    expect(planOf(newWork(), image, 4096, false) != null).toBe(true);
    image.segment(0).bytes += 1;
    refusal(image, 4096, Code.SharedPage, What.Phdr, 64 + 56, 0x12000);
  });

  test("nothing is writable and executable", () => {
    const image = typical();
    image.segment(1).flags = PF.R | PF.W | PF.X;
    refusal(image, 4096, Code.WritableCode, What.Phdr, 64 + 56, 7);
    image.segment(1).flags = PF.W | PF.X;
    refusal(image, 4096, Code.WritableCode, What.Phdr, 64 + 56, 3);
    image.segment(1).type = PT.NULL;
    expect(planOf(newWork(), image, 4096, false) != null).toBe(true, "what is not loaded does not count");
  });

  test("text relocations, by either sign", () => {
    const image = typical();
    image.dynamic!.add(DT.FLAGS, 8);
    expect(isLinkable(newWork(), image, 0)).toBe(true);
    image.dynamic!.add(DT.TEXTREL, 0);
    unlinkable(image, Code.TextRelocation, What.Dyn, 0x12900, 0);
    const flagged = typical();
    flagged.dynamic!.add(DT.FLAGS, 4);
    unlinkable(flagged, Code.TextRelocation, What.Dyn, 0x12900, 0);
  });

  test("text relocations that the load allows", () => {
    const image = typical();
    image.dynamic!.add(DT.TEXTREL, 0);
    expect(isLinkable(newWork(), image, Flag.AllowText)).toBe(true);
    expect(isLinkable(newWork(), image, ~<u32>Flag.AllowText)).toBe(false, "nothing else allows them");
  });

  test("the last page of all is out of reach", () => {
    const image = typical();
    image.high = u64.MAX_VALUE - 4095;
    expect(planOf(newWork(), image, 4096, false) != null).toBe(true);
    image.high += 1;
    refusal(image, 4096, Code.AddressWraps, What.Phdr, 64, image.high);
  });
});
