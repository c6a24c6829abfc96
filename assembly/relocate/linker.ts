// What is at hand while the relocations of objects are applied.

import { hasDebug } from "../base/features";
import { Work } from "../base/work";
import { Image } from "../inspect/image";
import { Binding } from "../link/bond";
import { Symbols } from "../link/symbols";
import { Placement } from "../map/map";
import { Layout, Part, Slot } from "../plan/layout";
import { slotVaddr } from "../plan/sections";
import { Partners } from "./partners";
import { Places } from "./place";

/** What a link of objects consists of, and what its relocations have in common. */
@unmanaged export class Linker {
  work: Work;
  layout: Layout;
  image: Image;
  placement: Placement;
  places: Places;
  symbols: Symbols;
  binding: Binding;
  partners: Partners;
  /** The group that the section lies in which is relocated. */
  group: u32;
  /** The stubs amid code that the relocation at hand reaches; 0: those behind all. */
  island: usize;
  /** Imports are called by their slots: somebody may lead these elsewhere. */
  isPatchable: bool;
  /** Where the section begins that is relocated. */
  start: u64;
  /** It is for debuggers (relocate/dead.ts). */
  isDebug: bool;
  /** What a word of it holds that is about what was dropped. */
  dead: u64;
  /** The place of the last ULEB128 that was set or added to, and what that made: of a pair the difference is what has to fit. */
  ulebPlace: u64;
  ulebValue: u64;

  @inline get debugs(): bool { return hasDebug() && this.isDebug; }

  /** Where the machine takes the table of slots to begin. */
  get tableAddr(): u64 { return this.placement.at(this.layout.span(Part.Got).own + this.layout.objects.first!.howtos.tableBias); }

  slotAddr(slot: Slot): u64 { return this.placement.at(slotVaddr(this.layout, slot)); }
  stubAddr(slot: Slot): u64 { return this.slotAddr(slot) | (slot.isTagged ? <u64>this.image.arch.codeTag : 0); }
}
