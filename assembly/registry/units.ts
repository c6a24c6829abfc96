// Memory for a module that is spread: a reservation for each of its segments.

import { Code, Rule, What } from "../words";
import { NONE, PENDING } from "../host/answer";
import * as target from "../host/memory";
import { wide } from "../elf/word";
import { Range } from "../map/map";
import { Layout, regionOf } from "../plan/layout";
import { KINDS, Region, Unit } from "../plan/regions";
import { assign } from "../plan/sections";
import { Module } from "./module";
import { layoutOf } from "./objects";
import { Session } from "./session";

/**
 * Reserves memory for each segment of a module that is spread over regions, in the first that allows it and has room; where there are no regions, in
 * ordinary memory.
 *
 * @fault NoSpace (Unit, at = PF bits | log2 of the alignment << 8 | the claiming region << 16, value = bytes)
 */
export function reserveUnits(session: Session, module: Module): bool {
  const layout = layoutOf(module);
  const placement = module.placement;
  if (!layout.isSpread || placement.bytes) return true;
  session.source = module.image.source;
  const pageBytes = target.pageBytes();
  placement.mask = module.image.bits == 64 ? u64.MAX_VALUE : u32.MAX_VALUE;
  for (let index: u32 = 0; index < layout.unitCount; ++index) {
    const unit = layout.unit(index);
    if (unit.bytes && !reserveUnit(session, module, layout, unit, regionOf(layout, index / KINDS), pageBytes)) return false;
  }
  session.units = session.take(<u64>layout.unitCount << alignof<usize>());
  if (!session.units) return false;
  for (let index: u32 = 0; index < layout.unitCount; ++index) {
    if (layout.unit(index).room) store<usize>(session.units + (<usize>(session.unitCount++) << alignof<usize>()), changetype<usize>(layout.unit(index)));
  }
  if (wide(module.image.bits)) assign<u64>(layout, module.image, pageBytes);
  else assign<u32>(layout, module.image, pageBytes);
  return true;
}

function reserveUnit(session: Session, module: Module, layout: Layout, unit: Unit, claimed: Region | null, pageBytes: u64): bool {
  if (claimed && take(module, layout, unit, claimed, pageBytes)) return true;
  let region = layout.regions;
  if (!region && take(module, layout, unit, null, pageBytes)) return true;
  while (region) {
    if (region != claimed && !region.has(Rule.Named) && region.allows(unit.prot) && take(module, layout, unit, region, pageBytes)) return true;
    region = region.next;
  }
  const owner: u64 = claimed ? claimed.number : 0;
  return session.fail(Code.NoSpace, What.Unit, unit.prot | unit.alignLog2In(null, pageBytes) << 8 | owner << 16, unit.bytes);
}

/** Takes a unit's room of a region; false if there is none. */
function take(module: Module, layout: Layout, unit: Unit, region: Region | null, pageBytes: u64): bool {
  const placement = module.placement;
  const room = unit.roomIn(region, pageBytes);
  const addr = target.reserve(room, unit.alignLog2In(region, pageBytes), module.image.source, NONE, layout.highest, region ? region.number : 0);
  if (addr >= PENDING) return false;
  if (addr > placement.mask || room - 1 > placement.mask - addr) {
    target.release(addr, room);
    return false;
  }
  if (!placement.bytes) {
    placement.addr = addr;
    placement.bytes = room;
  } else {
    const other = changetype<Range | null>(module.arena.take(offsetof<Range>()));
    if (!other) {
      target.release(addr, room);
      return false;
    }
    other.addr = addr;
    other.bytes = room;
    other.next = placement.others;
    placement.others = other;
  }
  unit.region = region;
  unit.start = addr;
  unit.room = room;
  return true;
}
