// The functions a module names for its beginning and its end. gABI 5.2 "Initialization and Termination Functions".

import { Code, What } from "../words";
import * as machine from "../host/machine";
import { hasObjects } from "../base/features";
import { Work } from "../base/work";
import { DF_1, DT, Dynamic } from "../elf/dynamic";
import { ET } from "../elf/header";
import { loadWord, wide } from "../elf/word";
import { Image } from "../inspect/image";
import { Placement } from "../map/map";
import { Context } from "../registry/context";

/**
 * How many calls come before every initialiser, also those of what it needs. Only an executable has any: gABI has them
 * ignored elsewhere.
 */
export function preinitCount(image: Image): u32 {
  const d = image.dynamic;
  if (!d || image.type != ET.EXEC && !(d.value(DT.FLAGS_1) & DF_1.PIE)) return 0;
  return arrayCount(image, d, DT.PREINIT_ARRAY, DT.PREINIT_ARRAYSZ);
}

/** How many calls a module's beginning takes: DT_INIT, initialisers. */
export function initCount(image: Image): u32 {
  const d = image.dynamic;
  return d ? 1 + arrayCount(image, d, DT.INIT_ARRAY, DT.INIT_ARRAYSZ) : 0;
}

/** How many calls its end takes: finalisers, last to first, DT_FINI, then what was registered for the end of what is made of objects. */
export function finiCount(image: Image): u32 {
  const d = image.dynamic;
  return d ? arrayCount(image, d, DT.FINI_ARRAY, DT.FINI_ARRAYSZ) + 1 + (hasObjects() && image.finaliser ? 1 : 0) : 0;
}

/** Calls the n-th preinitialiser. False if the work must wait, or failed. */
export function callPreinit(work: Work, image: Image, placement: Placement, context: Context, index: u32): bool {
  return callElement(work, image, placement, context, element(image, image.dynamic!, DT.PREINIT_ARRAY, index));
}

/** Makes the n-th call of a beginning. False if the work must wait, or failed. */
export function callInit(work: Work, image: Image, placement: Placement, context: Context, index: u32): bool {
  const d = image.dynamic!;
  return index
    ? callElement(work, image, placement, context, element(image, d, DT.INIT_ARRAY, index - 1))
    : callFunction(work, image, placement, context, d, DT.INIT);
}

/** Makes the n-th call of an end. False if the work must wait, or failed. */
export function callFini(work: Work, image: Image, placement: Placement, context: Context, index: u32): bool {
  const d = image.dynamic!;
  const count = arrayCount(image, d, DT.FINI_ARRAY, DT.FINI_ARRAYSZ);
  if (hasObjects() && index > count) return callFinaliser(work, image, placement);
  return index == count
    ? callFunction(work, image, placement, context, d, DT.FINI)
    : callElement(work, image, placement, context, element(image, d, DT.FINI_ARRAY, count - 1 - index));
}

/** Has whoever took functions under the module's handle (__cxa_atexit) call them. Itanium C++ ABI 3.3.6.3. */
function callFinaliser(work: Work, image: Image, placement: Placement): bool {
  const at = placement.at(image.finaliser);
  const addr = wide(image.bits) ? loadWord<u64>(at) : loadWord<u32>(at);
  // The handle is where the dynamic section is: merge/linker.ts.
  return !addr || work.settled(machine.call(work.handle, addr, placement.at(image.dynamicSegment!.vaddr), 0, 0), Code.CallRefused, addr, 0);
}

function arrayCount(image: Image, d: Dynamic, array: u64, bytes: u64): u32 {
  return d.has(array) ? <u32>(d.value(bytes) / (image.bits / 8)) : 0;
}

function element(image: Image, d: Dynamic, array: u64, index: u32): u64 { return d.value(array) + <u64>index * (image.bits / 8); }

function callFunction(work: Work, image: Image, placement: Placement, context: Context, d: Dynamic, tag: u64): bool {
  if (!d.value(tag)) return true;
  return call(work, image, placement, context, placement.at(d.value(tag)), image.dynamicSegment!.vaddr);
}

function callElement(work: Work, image: Image, placement: Placement, context: Context, vaddr: u64): bool {
  const at = placement.at(vaddr);
  const addr = wide(image.bits) ? loadWord<u64>(at) : loadWord<u32>(at);
  // 0 and -1 are what old linkers leave at the ends of such arrays.
  if (addr == 0 || addr == placement.mask) return true;
  return call(work, image, placement, context, addr, vaddr);
}

/** Calls a function that must lie in the module's own code. */
function call(work: Work, image: Image, placement: Placement, context: Context, addr: u64, at: u64): bool {
  if (!image.isCode(placement.vaddr(addr))) return work.fail(Code.InitOutside, What.Place, at, addr);
  return work.settled(machine.call(work.handle, addr, context.argc, context.argv, context.envp), Code.CallRefused, addr, 0);
}
