import { gnuHash, hashedName, sysvHash } from "../../../assembly/elf/hash";
import { NONE } from "../../../assembly/host/answer";
import { below, random, seed } from "./support/random";
import { putText, room, store8, violations } from "./support/target";

let at: u64 = 0;

function gnu(name: string): u32 { return gnuHash(at, putText(at, name)); }
function sysv(name: string): u32 { return sysvHash(at, putText(at, name)); }

describe("elf: hash", () => {
  beforeAll(() => { at = room(4096); });

  test("the GNU hash of names that are known", () => {
    expect(gnu("")).toBe(0x00001505);
    expect(gnu("printf")).toBe(0x156b2bb8);
    expect(gnu("exit")).toBe(0x7c967e3f);
    expect(gnu("syscall")).toBe(0xbac212a0);
    expect(gnu("flapenguin.me")).toBe(0x8ae9f18e);
  });

  test("the SysV hash of names that are known", () => {
    expect(sysv("")).toBe(0x00000000);
    expect(sysv("printf")).toBe(0x077905a6);
    expect(sysv("exit")).toBe(0x0006cf04);
    expect(sysv("syscall")).toBe(0x0b09985c);
    expect(sysv("flapenguin.me")).toBe(0x03987915);
    expect(sysv("isnotthere")).not.toBe(sysv("isnottherf"));
  });

  test("every length, place and byte, against the definition byte by byte", () => {
    seed(1);
    for (let round = 0; round < 300; ++round) {
      const bytes = below(70), from = at + below(9);
      let gnu: u32 = 5381, sysv: u64 = 0;
      for (let i: u32 = 0; i < bytes; ++i) {
        const byte = 1 + random() % 255;
        store8(from + i, byte);
        gnu = (gnu << 5) + gnu + byte;
        sysv = (sysv << 4) + byte;
        sysv = (sysv ^ (sysv & 0xf0000000) >> 24) & 0x0fffffff;
      }
      assert(gnuHash(from, bytes) == gnu, "the GNU hash");
      assert(sysvHash(from, bytes) == <u32>sysv, "the SysV hash");
    }
    expect(sysvHash(at, 64) >> 28).toBe(0, "it has 28 bits");
  });

  test("nothing behind the name is read", () => {
    const end = room(4096) + 4096, before = violations();
    for (let bytes: u32 = 0; bytes < 9; ++bytes) {
      gnuHash(end - bytes, bytes);
      sysvHash(end - bytes, bytes);
    }
    expect(violations()).toBe(before);
    gnuHash(end - 3, 4);
    expect(violations()).toBe(before + 1, "the sandbox counts what lies beyond");
  });

  test("a name that is ended is hashed and counted in one pass, wherever it lies in a page", () => {
    seed(2);
    const page = room(8192), from = page + 4096 - (page & 4095);
    for (let bytes: u32 = 0; bytes < 40; ++bytes) {
      for (let place: u64 = 0; place < 50; ++place) {
        const name = from - place;
        for (let i: u32 = 0; i < bytes; ++i) store8(name + i, 1 + random() % 255);
        store8(name + bytes, 0);
        store8(name + bytes + 1, 1);
        const hashed = <u64>gnuHash(name, bytes) << 32 | bytes;
        assert(hashedName(name, u32.MAX_VALUE) == hashed, "without a limit");
        assert(hashedName(name, bytes + 1) == hashed, "the NUL is the last that may be read");
        assert(hashedName(name, bytes) == NONE, "there is no NUL within the limit");
      }
    }
  });

  test("nothing is read of a page that a name does not reach", () => {
    const end = room(4096) + 4096, before = violations();
    for (let bytes: u32 = 0; bytes < 20; ++bytes) {
      for (let i: u32 = 0; i < bytes; ++i) store8(end - 1 - bytes + i, 65);
      store8(end - 1, 0);
      assert(<u32>hashedName(end - 1 - bytes, u32.MAX_VALUE) == bytes, "its length");
    }
    expect(violations()).toBe(before);
  });
});
