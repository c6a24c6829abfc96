// Thread-local blocks of modules: where they will lie in the threads of whoever runs the image. docs/abi.md has the rules, which are
// the same on all hosts; there are no threads here, and so no blocks, only their numbers and places.

import { Answer } from "../../assembly/words";

const NONE: u64 = u64.MAX_VALUE;
const NOWHERE: u64 = 1 << 63;
const RESERVE_BYTES: u64 = 4096;

const EM_386: u32 = 3;
const EM_ARM: u32 = 40;
const EM_X86_64: u32 = 62;
const EM_AARCH64: u32 = 183;

/** A module's block. Its number is its place in the table, from 1 on. */
@unmanaged
class Block {
  /** 0: the number is free. */
  module: u32;
  bits: u32;
  /** From the thread pointer; NOWHERE if there is no room for it in every thread. */
  offset: u64;
  /** How far from the thread pointer the farthest byte is; 0 if it has no place there. */
  reach: u64;
}

let count: u32 = 0; // numbers that were ever taken

@inline
function at(number: u32): Block {
  return changetype<Block>(((__heap_base + 7) & ~7) + <usize>(number - 1) * offsetof<Block>());
}

/** Number of a module's block, 0 if it has none; of module 0: the lowest number that is free. */
function numberOf(module: u32): u32 {
  for (let number: u32 = 1; number <= count; ++number) if (at(number).module == module) return number;
  return 0;
}

@inline
function roundUp(value: u64, align: u64): u64 {
  return value + align - 1 & ~(align - 1);
}

/** Bytes of the thread control block, which lies at the thread pointer on machines of variant I. */
function controlBytes(machine: u32): u64 {
  return machine == EM_AARCH64 ? 16 : machine == EM_ARM ? 8 : 0;
}

// The distance of the place from the thread pointer, as a block that ends or begins there has it. ELF Handling for Thread-Local Storage, 3.
function settle(block: Block, machine: u32, bytes: u64, align: u64, skew: u64): void {
  const isBelow = machine == EM_386 || machine == EM_X86_64;
  let used = controlBytes(machine);
  for (let number: u32 = 1; number <= count; ++number) used = max(used, at(number).reach);

  const distance = isBelow ? roundUp(used + bytes + skew, align) - skew : roundUp(used - skew, align) + skew;
  const reach = isBelow ? distance : distance + bytes;
  const fits = bytes <= RESERVE_BYTES && align <= RESERVE_BYTES && reach <= RESERVE_BYTES;
  block.offset = !fits ? NOWHERE : isBelow ? 0 - distance : distance;
  block.reach = fits ? reach : 0;
}

// for the core

/** Numbers a module's block and gives it its place. */
export function tls_reserve(
  session: u32, module: u32, machine: u32, bits: u32, image: u64, fileBytes: u64, bytes: u64, alignLog2: u32, skew: u64,
): i32 {
  if (alignLog2 > 63) return Answer.Refused;
  let number = numberOf(0);
  if (!number) {
    const end = changetype<usize>(at(count + 2));
    if (end > <usize>memory.size() << 16 && memory.grow(1) < 0) return Answer.Refused;
    number = ++count;
  }
  const block = at(number), align: u64 = 1 << alignLog2;
  block.reach = 0;
  settle(block, machine, bytes, align, skew & (align - 1));
  block.module = module;
  block.bits = bits;
  return Answer.Done;
}

/** The number of its block (DTPMOD). */
export function tls_number(module: u32): u64 {
  return numberOf(module);
}

/** Where it lies from the thread pointer; NOWHERE if that is not fixed. */
export function tls_offset(module: u32): u64 {
  const number = numberOf(module);
  return number ? at(number).offset : NOWHERE;
}

/** Functions that find a variable by a descriptor, as the program defined them: lw_tls_static, lw_tls_dynamic, lw_tls_absent. */
let staticEntry: u64 = NONE;
let dynamicEntry: u64 = NONE;
let absentEntry: u64 = NONE;

let entry: u64 = NONE;
let argument: u64 = 0;

/** The two words of a descriptor; refused where nobody defined its function, or its argument does not fit into a word. */
export function tls_descriptor(session: u32, module: u32, offset: u64): i32 {
  const number = module ? numberOf(module) : 0;
  if (!module) describe(absentEntry, offset);
  else if (!number) entry = NONE;
  else if (at(number).offset != NOWHERE) describe(staticEntry, at(number).offset + offset);
  else {
    const half = at(number).bits >> 1;
    describe(offset >> half ? NONE : dynamicEntry, <u64>number << half | offset);
  }
  return entry == NONE ? Answer.Refused : Answer.Done;
}

function describe(addr: u64, value: u64): void {
  entry = addr;
  argument = value;
}

/** The first word of the descriptor. */
export function tls_entry(): u64 {
  return entry;
}

/** The second word. */
export function tls_argument(): u64 {
  return argument;
}

/** No thread has a block yet. */
export function tls_start(session: u32, module: u32): i32 {
  return Answer.Done;
}

/** The module is gone: its number and its place are free. */
export function tls_release(module: u32): void {
  const number = numberOf(module);
  if (!number) return;
  at(number).module = 0;
  at(number).reach = 0;
}

// for the program

/** Says where the functions are that find a variable by a descriptor; NONE for one that there is not. */
export function tls_entries(fixed: u64, dynamic: u64, absent: u64): void {
  staticEntry = fixed;
  dynamicEntry = dynamic;
  absentEntry = absent;
}
