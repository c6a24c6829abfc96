import { gnuHash, sysvHash } from "../../../assembly/elf/hash";
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
});
