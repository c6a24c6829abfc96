// Where that lies which objects define.

import { NONE } from "../host/answer";
import { SHF } from "../elf/section";
import { SHN, STT } from "../elf/symbol";
import { Image } from "../inspect/image";
import { Section } from "../inspect/object";
import { Objects, Standing, Sym } from "../merge/objects";
import { pooled } from "../merge/pool";
import { Layout } from "../plan/layout";
import { offsetIn } from "../plan/slots";

/** Where what is at an offset of a file's section lies: of words that are called last to first, at the other end. */
export function placeIn<A>(section: Section, offset: u64): u64 {
  if (section.pool) return pooled(section, offset);
  return section.vaddr + offsetIn<A>(section, offset);
}

/** True for a symbol of what was dropped, and of what is in no memory: nothing stands there. */
export function isDead<A>(objects: Objects, sym: Sym): bool {
  if (sym.standing != Standing.Strong && sym.standing != Standing.Weak) return false;
  const section = objects.sectionOf<A>(sym);
  return section ? section.vaddr == NONE : sym.object.sectionOf<A>(sym.index) == SHN.UNDEF;
}

/** True for a symbol that does not move with the module. */
export function isAbsolute<A>(objects: Objects, sym: Sym): bool {
  return (sym.standing == Standing.Strong || sym.standing == Standing.Weak) && !objects.sectionOf<A>(sym);
}

/** The vaddr of a definition, as what an addend is added to; of a thread-local variable, its offset in the block; of an absolute one, its value. */
export function vaddrOf<A>(layout: Layout, image: Image, sym: Sym, addend: u64 = 0): u64 {
  if (sym.standing == Standing.Common || sym.standing == Standing.Linker) return sym.vaddr;
  const value = sym.object.symbolValue<A>(sym.index);
  const section = layout.objects.sectionOf<A>(sym);
  if (!section) return value;
  if (section.vaddr == NONE) return 0;
  // A section's symbol stands for what is so far behind it: that may have gone elsewhere.
  if (section.pool && sym.type == STT.SECTION) return pooled(section, value + addend) - addend;
  const tag = sym.type == STT.FUNC ? value & <u64>image.arch.codeTag : 0;
  const vaddr = placeIn<A>(section, value - tag) + tag;
  return image.tls && section.has(SHF.TLS) ? vaddr - image.tls!.vaddr : vaddr;
}
