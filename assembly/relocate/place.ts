// The one door to the target's memory for stores: only into a segment of the module being relocated that may be written.

import { Code, PF, What } from "../words";
import { Work } from "../base/work";
import { Segment } from "../elf/segment";
import { Image } from "../inspect/image";
import { Placement } from "../map/map";

/** The places of one module that may be written. */
@unmanaged export class Places {
  work: Work;
  image: Image;
  placement: Placement;
  /** The segment of the last place: most tables stay in one. */
  low: u64;
  lastBytes: u64;

  /** Begins with a module. */
  open(work: Work, image: Image, placement: Placement): void {
    this.work = work;
    this.image = image;
    this.placement = placement;
    this.lastBytes = 0;
  }

  /** Permissions have changed: what was found before counts no longer. */
  forget(): void { this.lastBytes = 0; }

  /**
   * True if these bytes may be written.
   *
   * @param entry  vaddr of the relocation that names the place
   * @fault RelocationOutside (Rel, at = entry, value = the place)
   */
  @inline holds(entry: u64, place: u64, bytes: u64): bool {
    return place - this.low <= this.lastBytes - bytes && this.lastBytes >= bytes ? true : this.look(entry, place, bytes);
  }

  private look(entry: u64, place: u64, bytes: u64): bool {
    const segment: Segment | null = this.image.holding(place, bytes);
    if (!segment || segment.isFixed || !(segment.flags & PF.W) && !this.placement.isTextOpen) return this.work.fail(Code.RelocationOutside, What.Rel, entry, place);
    this.low = segment.vaddr;
    this.lastBytes = segment.bytes;
    return true;
  }
}
