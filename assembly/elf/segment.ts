// Program headers. gABI 5.1 "Program Header".

import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { loadWord, pick } from "./word";

@unmanaged class Phdr32 { type: u32; offset: u32; vaddr: u32; paddr: u32; filesz: u32; memsz: u32; flags: u32; align: u32; }
@unmanaged class Phdr64 { type: u32; flags: u32; offset: u64; vaddr: u64; paddr: u64; filesz: u64; memsz: u64; align: u64; }
if (offsetof<Phdr32>() != 32) ERROR("Elf32_Phdr is 32 bytes (gABI 5.1)");
if (offsetof<Phdr64>() != 56) ERROR("Elf64_Phdr is 56 bytes (gABI 5.1)");

/** p_type. */
export const enum PT { NULL = 0, LOAD = 1, DYNAMIC = 2, INTERP = 3, TLS = 7, GNU_EH_FRAME = 0x6474e550, GNU_RELRO = 0x6474e552, ARM_EXIDX = 0x70000001 }

export function phdrBytes<A>(): u64 { return pick<A>(offsetof<Phdr32>(), offsetof<Phdr64>()); }

/** A program header as it was read, once, whatever the file's class. */
@unmanaged export class Segment {
  type: u32;
  flags: u32;
  /** NONE of what lies where it lay before. */
  offset: u64;
  vaddr: u64;
  fileBytes: u64;
  bytes: u64;
  align: u64;

  /** It lies where it lay before: nothing is placed, protected or written there. */
  @inline get isFixed(): bool { return this.offset == NONE; }
  /** p_offset, for whoever asks: no part of this image's file is where it lay before. */
  get fileOffset(): u64 { return this.isFixed ? 0 : this.offset; }

  /** True if this is memory, and these bytes of it are inside. */
  @inline holds(vaddr: u64, bytes: u64): bool {
    return this.type == PT.LOAD && vaddr >= this.vaddr && vaddr - this.vaddr <= this.bytes && bytes <= this.bytes - (vaddr - this.vaddr);
  }
}

/** Reads the header at an address into a record. */
export function readSegment<A>(at: u64, into: Segment): void {
  into.type = target.load32(at);
  into.flags = target.load32(at + pick<A>(offsetof<Phdr32>("flags"), offsetof<Phdr64>("flags")));
  into.offset = loadWord<A>(at + pick<A>(offsetof<Phdr32>("offset"), offsetof<Phdr64>("offset")));
  into.vaddr = loadWord<A>(at + pick<A>(offsetof<Phdr32>("vaddr"), offsetof<Phdr64>("vaddr")));
  into.fileBytes = loadWord<A>(at + pick<A>(offsetof<Phdr32>("filesz"), offsetof<Phdr64>("filesz")));
  into.bytes = loadWord<A>(at + pick<A>(offsetof<Phdr32>("memsz"), offsetof<Phdr64>("memsz")));
  into.align = loadWord<A>(at + pick<A>(offsetof<Phdr32>("align"), offsetof<Phdr64>("align")));
}
