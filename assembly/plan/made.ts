// Where the symbols lie that a linker makes, and those that are common.

import { Made } from "../merge/linker";
import { Standing, Sym } from "../merge/objects";
import { familyOf } from "./families";
import { Layout, Part } from "./layout";

/** Gives them their vaddrs, once everything else has. */
export function placeLinkerSymbols(layout: Layout): void {
  let sym = layout.objects.syms;
  while (sym) {
    if (sym.standing == Standing.Linker) sym.vaddr = vaddrOf(layout, sym);
    else if (sym.standing == Standing.Common) sym.vaddr = layout.commons + sym.bias;
    sym = sym.next;
  }
}

function vaddrOf(layout: Layout, sym: Sym): u64 {
  switch (sym.index) {
    case Made.Table:        return layout.span(Part.Got).own + layout.objects.first!.howtos.tableBias;
    case Made.Handle:       return layout.dynamic;
    case Made.Header:       return layout.span(Part.Tables).vaddr;
    case Made.Dynamic:      return layout.dynamic;
    case Made.PreinitStart: return layout.span(Part.Preinit).vaddr;
    case Made.PreinitEnd:   return endOf(layout, Part.Preinit);
    case Made.InitStart:    return layout.span(Part.Init).vaddr;
    case Made.InitEnd:      return endOf(layout, Part.Init);
    case Made.FiniStart:    return layout.span(Part.Fini).vaddr;
    case Made.FiniEnd:      return endOf(layout, Part.Fini);
    case Made.ExidxStart:   return layout.span(Part.Exidx).vaddr;
    case Made.ExidxEnd:     return endOf(layout, Part.Exidx);
    case Made.Block:        return 0;
    case Made.Start: {
      const family = familyOf(layout, sym.name + 8, sym.nameBytes - 8);
      return family ? family.first.vaddr : 0;
    }
    default: {
      const family = familyOf(layout, sym.name + 7, sym.nameBytes - 7);
      return family ? family.last.vaddr + family.last.bytes : 0;
    }
  }
}

function endOf(layout: Layout, part: Part): u64 {
  const span = layout.span(part);
  return span.first ? span.vaddr + span.bytes : span.vaddr;
}
