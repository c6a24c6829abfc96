import { Answer, Code, What } from "../../../assembly/words";
import { PENDING, REFUSED } from "../../../assembly/host/answer";
import { freshHeap } from "./support/heap";
import { newWork } from "./support/work";

describe("base: work", () => {
  beforeEach(() => { freshHeap(4096); });

  test("the first fault counts", () => {
    const work = newWork();
    work.source = 7;
    expect(work.fail(Code.Truncated, What.Phdr, 64, 56)).toBe(false);
    work.source = 8;
    expect(work.fail(Code.NoSpace, What.Import, 1, 2)).toBe(false);
    expect(work.answer).toBe(Answer.Refused);
    expect(work.fault.code).toBe(Code.Truncated);
    expect(work.fault.what).toBe(What.Phdr);
    expect(work.fault.at).toBe(64);
    expect(work.fault.value).toBe(56);
    expect(work.fault.source).toBe(7);
  });

  test("waiting is no fault", () => {
    const work = newWork();
    expect(work.wait()).toBe(false);
    expect(work.answer).toBe(Answer.Pending);
    expect(work.fault.code).toBe(Code.Ok);
  });

  test("what a host answers: done, not yet, no", () => {
    const work = newWork();
    expect(work.settled(Answer.Done, Code.PlaceRefused, 1, 2)).toBe(true);
    expect(work.settled(Answer.Pending, Code.PlaceRefused, 1, 2)).toBe(false);
    expect(work.answer).toBe(Answer.Pending);
    expect(work.fault.code).toBe(Code.Ok);
    expect(work.settled(Answer.Refused, Code.PlaceRefused, 1, 2)).toBe(false);
    expect(work.answer).toBe(Answer.Refused);
    expect(work.fault.code).toBe(Code.PlaceRefused);
    expect(work.fault.what).toBe(What.Import);
    expect(work.fault.at).toBe(1);
    expect(work.fault.value).toBe(2);
  });

  test("an answer that is none of these is a no", () => {
    const work = newWork();
    expect(work.settled(17, Code.CallRefused, 0, 0)).toBe(false);
    expect(work.fault.code).toBe(Code.CallRefused);
  });

  test("every address but two is an address", () => {
    const work = newWork();
    expect(work.located(0, Code.ViewRefused, 1, 2)).toBe(true);
    expect(work.located(PENDING - 1, Code.ViewRefused, 1, 2)).toBe(true);
    expect(work.located(PENDING, Code.ViewRefused, 1, 2)).toBe(false);
    expect(work.answer).toBe(Answer.Pending);
    expect(work.fault.code).toBe(Code.Ok);
    expect(work.located(REFUSED, Code.ViewRefused, 1, 2)).toBe(false);
    expect(work.fault.code).toBe(Code.ViewRefused);
  });

  test("no scratch memory is a fault", () => {
    const work = newWork();
    const at = work.take(100);
    expect(at).not.toBe(0);
    expect(work.fault.code).toBe(Code.Ok);
    expect(work.take(5000)).toBe(0);
    expect(work.fault.code).toBe(Code.OutOfMemory);
    expect(work.fault.value).toBe(5000);
  });
});
