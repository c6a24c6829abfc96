// What the slots and stubs of a module of objects hold.

import * as target from "../host/memory";
import { loadBytes, merged, storeBytes } from "../arch/field";
import { Base, Howtos } from "../arch/howto";
import { storeWord } from "../elf/word";
import { vaddrOf } from "../map/objects";
import { Slot } from "../plan/layout";
import { slotOf, stubBytesOf } from "../plan/slots";
import { formed } from "./form";
import { Linker } from "./linker";
import { addrOf } from "./subject";

/** Slots whose words no dynamic relocation brings, and the code that jumps by slots. */
export function fillSlots<A>(linker: Linker): void {
  let slot = linker.layout.slots;
  const howtos = linker.layout.objects.first!.howtos;
  while (slot) {
    const sym = slot.sym;
    const addr = linker.slotAddr(slot);
    if (slot.kind == Base.Branch) fillStub<A>(linker, howtos, slot, addr);
    else if (sym && !sym.isImport && slot.kind == Base.Got && !sym.isIndirect) storeWord<A>(addr, addrOf<A>(linker, sym));
    else if (sym && !sym.isImport && slot.kind == Base.TlsPair) storeWord<A>(addr + sizeof<A>(), vaddrOf<A>(linker.layout, linker.image, sym) - <u64>linker.image.arch.tlsBias);
    else if (slot.kind == Base.TlsCall) copyCode(slot.isTagged ? howtos.taggedTlsCall : howtos.tlsCall, addr, <u32>howtos.tlsCallBytes);
    // Local dynamic: offsets are added to where the block is said to begin.
    else if (slot.kind == Base.TlsBlock) storeWord<A>(addr + sizeof<A>(), 0);
    slot = slot.next;
  }
}

/** Instructions of the machine's tables. */
function copyCode(code: usize, addr: u64, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i += 2) target.store16(addr + i, load<u16>(code + i));
}

function fillStub<A>(linker: Linker, howtos: Howtos, stub: Slot, addr: u64): void {
  const bytes = <u32>stubBytesOf(howtos, stub.isTagged);
  const code = stub.isTagged ? howtos.taggedStub : howtos.stub;
  copyCode(code, addr, bytes);
  const slot = linker.slotAddr(slotOf(stub.sym!, Base.Got)!);
  const fixes = stub.isTagged ? howtos.taggedStubFixes : howtos.stubFixes;
  const count = stub.isTagged ? howtos.taggedStubFixCount : howtos.stubFixCount;
  for (let i: usize = 0; i < count; ++i) {
    const fix = load<u32>(fixes + i * 4);
    const howto = howtos.row(fix >> 8 & 0xffff)!;
    const place = addr + (fix & 0xff);
    const value = formed<A>(linker, howto, slot, <u64><i64>(<i32>fix >> 24), place);
    storeBytes(place, howto.size, merged(howtos, howto, loadBytes(place, howto.size), value));
  }
}
