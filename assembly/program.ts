// The core of whoever starts programs and links nothing, as the kernel's exec does: a file's headers, and its segments in place.
// What is left is the program's own, or the interpreter's that it names, which is placed in the same way. hosts/linux/mini

import { Code, PF, What } from "./words";
import { NONE } from "./host/answer";
import * as target from "./host/memory";
import { arenaOf } from "./base/arena";
import { Fault } from "./base/fault";
import { openHeap } from "./base/heap";
import { within } from "./base/range";
import { Work } from "./base/work";
import { PT, Segment } from "./elf/segment";
import { Image, newImage } from "./inspect/image";
import { inspectLayout } from "./inspect/inspect";
import { planOf } from "./plan/plan";
import { Placement, map } from "./map/map";

/** One file on its way to its place. */
@unmanaged class Program extends Work {
  image: Image | null;
  interpreter: Segment | null;
  placement: Placement;
}

const FAULT: usize = offsetof<Program>() + 7 & ~7;
const PLACEMENT: usize = FAULT + (offsetof<Fault>() + 7 & ~7);
const RECORD: usize = PLACEMENT + offsetof<Placement>();

/** The last one. */
let program: Program = changetype<Program>(0);

/** Puts a file's segments in place and answers a Code; the questions below are about it, and about no other file any more. */
export function place(source: u32): i32 {
  openHeap(__heap_base, 0);
  const arena = arenaOf(RECORD);
  const image = newImage(source, false);
  if (!arena || !image) return Code.OutOfMemory;
  const at = arena.record;
  program = changetype<Program>(at);
  program.arena = arena;
  program.fault = changetype<Fault>(at + FAULT);
  program.placement = changetype<Placement>(at + PLACEMENT);
  program.image = image;
  const plan = inspectLayout(program, image) && findInterpreter(program, image) ? planOf(program, image, target.pageBytes(), false) : null;
  return plan && map(program, image, plan, program.placement, false) ? Code.Ok : program.fault.code;
}

/** The name of a program's interpreter is in the file, wherever it is in memory. gABI 5.1 "Program Interpreter". */
function findInterpreter(program: Program, image: Image): bool {
  for (let i: u32 = 0; i < image.phnum && !program.interpreter; ++i) {
    const segment = image.segment(i);
    if (segment.type != PT.INTERP) continue;
    if (!within(segment.offset, segment.fileBytes, 0, image.fileBytes)) return program.fail(Code.Truncated, What.Phdr, image.phdrAt(i), segment.offset);
    program.interpreter = segment;
  }
  return true;
}

/** addr - vaddr. */
export function bias(): u64 { return program.placement.bias; }

/** Where it starts; NONE if there is no code. */
export function entry(): u64 {
  const image = program.image!;
  const segment = image.holding(image.entry, 1);
  return segment && segment.flags & PF.X ? program.placement.at(image.entry) : NONE;
}

/** Its program headers in memory, NONE if they are not. */
export function headers(): u64 {
  const vaddr = program.image!.headersVaddr;
  return vaddr == NONE ? NONE : program.placement.at(vaddr);
}

/** How many there are. */
export function headerCount(): u32 { return program.image!.phnum; }

/** The name of its interpreter, zero byte included: where in the file, and how long; 0 bytes if it names none. */
export function interpreter(): u64 { return program.interpreter ? program.interpreter!.offset : 0; }
export function interpreterBytes(): u64 { return program.interpreter ? program.interpreter!.fileBytes : 0; }

/** Of a file that was refused: the place in it, or the address, and what is there. */
export function faultAt(): u64 { return program.fault.at; }
export function faultValue(): u64 { return program.fault.value; }
