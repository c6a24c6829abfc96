// Exports that list what belongs to a handle: counted first, then asked for entry by entry.

import { hasDebug, hasObjects, hasVersions } from "../base/features";
import { Field, Flag, Kind, List } from "../words";
import { NONE } from "../host/answer";
import { dynBytes, dynTag, dynValue } from "../elf/dynamic";
import { Segment } from "../elf/segment";
import { STT, bindOf, symInfo, symOther, symShndx, symSize, symValue, typeOf, visibilityOf } from "../elf/symbol";
import { VERSYM } from "../elf/version";
import { wide } from "../elf/word";
import { Image, Part } from "../inspect/image";
import { Section, sectionName } from "../inspect/object";
import { Bound } from "../link/bond";
import { Lack, Lacking } from "../link/missing";
import { Symbols } from "../link/symbols";
import { Placement } from "../map/map";
import { textBytes } from "../elf/text";
import { definitionCount, definitionField, requirementCount, requirementField } from "../link/version";
import { relocationCount, relocationField, slotCount, slotField } from "../link/walk";
import { Unit } from "../plan/regions";
import { Context } from "../registry/context";
import { kindOf, recordOf } from "../registry/handle";
import { Claim, Module, moduleAt, publishedModule } from "../registry/module";
import { Session } from "../registry/session";
import { TALLIES, tallyField } from "./tally";
import * as target from "../host/memory";

/** How many entries a list has; 0 where there is no such list. */
export function lw_count(handle: u32, list: u32): u32 {
  const kind = kindOf(handle);
  const record = recordOf(handle, kind);
  if (kind == Kind.Module && !publishedModule(handle)) return 0;
  switch (kind) {
    case Kind.Image:   return imageCount(changetype<Image>(record), list);
    case Kind.Module:  return moduleCount(changetype<Module>(record), list);
    case Kind.Session: return sessionCount(changetype<Session>(record), list);
    case Kind.Context: return list == List.Module ? changetype<Context>(record).modules.count : 0;
    default:           return 0;
  }
}

/** A field of an entry; NONE where there is no such thing. */
export function lw_entry(handle: u32, list: u32, index: u32, field: u32): u64 {
  if (index >= lw_count(handle, list)) return NONE;
  const kind = kindOf(handle);
  const record = recordOf(handle, kind);
  switch (kind) {
    case Kind.Image:   return imageEntry(changetype<Image>(record), list, index, field);
    case Kind.Module:  return moduleEntry(changetype<Module>(record), list, index, field);
    case Kind.Session: return sessionEntry(changetype<Session>(record), list, index, field);
    default:           return contextEntry(changetype<Context>(record), index, field);
  }
}

function imageCount(image: Image, list: u32): u32 {
  switch (list) {
    case List.Phdr:    return image.phnum;
    case List.Needed:  return image.neededCount;
    case List.Dynamic: return dynamicCount(image);
    default:           return 0;
  }
}

function imageEntry(image: Image, list: u32, index: u32, field: u32): u64 {
  switch (list) {
    case List.Phdr:    return phdrField(image.segment(index), field);
    case List.Dynamic: return dynamicField(image, image.part(Part.Dynamic).addr, index, field);
    default: {
      const strings = image.part(Part.Strings);
      return nameField(strings.addr, strings.bytes, image.neededName(index), field);
    }
  }
}

function moduleCount(module: Module, list: u32): u32 {
  switch (list) {
    case List.Symbol:      return module.symbols.count;
    case List.Relocation:  return relocationCount(module.image);
    case List.Definition:  return !hasVersions() ? 0 : definitionCount(module.image, module.placement, module.symbols);
    case List.Requirement: return !hasVersions() ? 0 : requirementCount(module.image, module.placement, module.symbols);
    case List.Binding:     return module.binding ? module.binding!.count : 0;
    case List.Module:      return dependencyCount(module);
    case List.Section:     return hasObjects() ? module.claimCount : 0;
    case List.Slot:        return slotCount(module.image);
    default:               return imageCount(module.image, list);
  }
}

function moduleEntry(module: Module, list: u32, index: u32, field: u32): u64 {
  const symbols = module.symbols;
  switch (list) {
    case List.Phdr:        return phdrField(module.image.segment(index), field);
    case List.Dynamic:     return dynamicField(module.image, module.placement.at(module.image.dynamicSegment!.vaddr), index, field);
    case List.Needed:      return nameField(symbols.strings, symbols.stringBytes, module.image.neededName(index), field);
    case List.Symbol:      return wide(symbols.bits) ? symbolField<u64>(symbols, index, field) : symbolField<u32>(symbols, index, field);
    case List.Relocation:  return relocationField(module.image, module.placement, index, field);
    case List.Definition:  return !hasVersions() ? NONE : definitionField(module.image, module.placement, symbols, index, field);
    case List.Requirement: return !hasVersions() ? NONE : requirementField(module.image, module.placement, symbols, index, field);
    case List.Module:      return dependencyField(module, index, field);
    case List.Section:     return !hasObjects() ? NONE : claimField(module, module.claim(index), field);
    case List.Slot:        return slotField(module.image, module.placement, symbols, index, field);
    default:               return bindingField(module, index, field);
  }
}

function sessionCount(session: Session, list: u32): u32 {
  if (list == List.Missing) return session.missing.count;
  if (hasObjects() && list == List.Section) return session.sectionCount;
  if (hasObjects() && list == List.Region) return session.unitCount;
  if (hasDebug() && list == List.Debug) return session.debugCount;
  if (hasObjects() && list == List.Tally) return session.linker ? TALLIES : 0;
  return list == List.Module ? session.handleCount : 0;
}

function sessionEntry(session: Session, list: u32, index: u32, field: u32): u64 {
  if (hasDebug() && list == List.Debug) return fileField(session.debug(index), field);
  if (hasObjects() && list == List.Tally) return tallyField(session, index, field);
  if (hasObjects() && list == List.Section) return field == Field.Copied ? copiedField(session, session.section(index)) : sectionField(session.section(index), moduleAt(<u32>session.result).placement, field);
  if (hasObjects() && list == List.Region) return unitField(session.unit(index), field);
  if (list == List.Missing) return lackField(session.missing.at(index)!, field);
  return field == Field.Owner ? load<u32>(session.handles + index * 4) : NONE;
}

function contextEntry(context: Context, index: u32, field: u32): u64 {
  return field == Field.Owner ? context.modules.at(index).handle : NONE;
}

function phdrField(segment: Segment, field: u32): u64 {
  switch (field) {
    case Field.Type:      return segment.type;
    case Field.Flags:     return segment.flags;
    case Field.Offset:    return segment.fileOffset;
    case Field.Vaddr:     return segment.vaddr;
    case Field.FileBytes: return segment.fileBytes;
    case Field.Bytes:     return segment.bytes;
    case Field.Align:     return segment.align;
    default:              return NONE;
  }
}

/** Entries of the dynamic section as the file has them, DT_NULL not counted. */
function dynamicCount(image: Image): u32 { return image.dynamic ? image.dynamic!.entryCount : 0; }

function dynamicField(image: Image, at: u64, index: u32, field: u32): u64 {
  const entry = at + index * (wide(image.bits) ? dynBytes<u64>() : dynBytes<u32>());
  switch (field) {
    case Field.Type:  return wide(image.bits) ? dynTag<u64>(entry) : dynTag<u32>(entry);
    case Field.Value: return wide(image.bits) ? dynValue<u64>(entry) : dynValue<u32>(entry);
    default:          return NONE;
  }
}

/** A name at an offset of a string table. */
function nameField(strings: u64, stringBytes: u64, offset: u64, field: u32): u64 {
  if (field == Field.Name) return strings + offset;
  return field == Field.NameBytes ? textBytes(strings + offset, stringBytes - offset) : NONE;
}

function symbolField<A>(symbols: Symbols, index: u32, field: u32): u64 {
  const symbol = symbols.symbol<A>(index);
  switch (field) {
    case Field.Name:       return symbols.nameBytes(symbol) == NONE ? NONE : symbols.name(symbol);
    case Field.NameBytes:  return symbols.nameBytes(symbol);
    case Field.Address:    return typeOf(symInfo<A>(symbol)) == STT.TLS ? symValue<A>(symbol) : symbols.address<A>(symbol);
    case Field.Vaddr:      return symValue<A>(symbol);
    case Field.Bytes:      return symSize<A>(symbol);
    case Field.Type:       return typeOf(symInfo<A>(symbol));
    case Field.Bind:       return bindOf(symInfo<A>(symbol));
    case Field.Visibility: return visibilityOf(symOther<A>(symbol));
    case Field.Section:    return symShndx<A>(symbol);
    case Field.Version:    return symbols.versions == NONE ? NONE : target.load16(symbols.versions + index * 2) & VERSYM.VERSION;
    case Field.Hidden:     return symbols.versions == NONE ? 0 : target.load16(symbols.versions + index * 2) >> 15;
    default:               return NONE;
  }
}

function bindingField(module: Module, index: u32, field: u32): u64 {
  const bond = module.binding!.at(index);
  if (bond.kind == Bound.Not) return NONE;
  switch (field) {
    case Field.Symbol:  return index;
    case Field.Address: return bond.value & module.placement.mask;
    case Field.Owner:   return bond.module;
    case Field.Type:    return bond.isTls ? STT.TLS : bond.isIndirect ? STT.GNU_IFUNC : STT.NOTYPE;
    default:            return NONE;
  }
}

function unitField(unit: Unit, field: u32): u64 {
  switch (field) {
    case Field.Value:     return unit.region ? unit.region!.number : 0;
    case Field.Flags:     return unit.prot;
    case Field.Address:   return unit.start;
    case Field.FileBytes: return unit.bytes;
    case Field.Bytes:     return unit.room;
    default:              return NONE;
  }
}

function claimField(module: Module, claim: Claim, field: u32): u64 {
  switch (field) {
    case Field.Name:      return module.symbols.strings + claim.name;
    case Field.NameBytes: return claim.nameBytes;
    case Field.Address:   return module.placement.at(claim.vaddr);
    case Field.Vaddr:     return claim.vaddr;
    case Field.Bytes:     return claim.bytes;
    case Field.Type:      return claim.type;
    case Field.Flags:     return claim.flags;
    default:              return NONE;
  }
}

function sectionField(section: Section, placement: Placement, field: u32): u64 {
  return field == Field.Address ? placement.at(section.vaddr) : fileField(section, field);
}

/** What a section's file says of it. */
function fileField(section: Section, field: u32): u64 {
  const object = section.object;
  const name = sectionName(section);
  switch (field) {
    case Field.Name:      return name;
    case Field.NameBytes: return name == NONE ? NONE : textBytes(name, object.names + object.nameBytes - name);
    case Field.Value:     return section.offset;
    case Field.Bytes:     return section.bytes;
    case Field.Type:      return section.type;
    case Field.Flags:     return section.flags;
    case Field.Align:     return section.align;
    case Field.Section:   return section.index;
    case Field.Source:    return object.source;
    case Field.Offset:    return object.start;
    case Field.File:      return object.member ? object.member!.name : NONE;
    case Field.FileBytes: return object.member ? object.member!.nameBytes : NONE;
    default:              return NONE;
  }
}

/** Where nothing was asked to stay, there is no reason why it did not. */
function copiedField(session: Session, section: Section): u64 { return session.flags & Flag.InPlace ? section.copied : NONE; }

function lackField(lack: Lack, field: u32): u64 {
  switch (field) {
    case Field.Name:      return lack.name;
    case Field.NameBytes: return lack.nameBytes;
    case Field.Source:    return lack.source;
    case Field.Type:      return lack.kind;
    case Field.File:      return lack.kind == Lacking.Version ? lack.file : NONE;
    case Field.FileBytes: return lack.kind == Lacking.Version ? lack.fileBytes : NONE;
    default:              return NONE;
  }
}

function dependencyCount(module: Module): u32 {
  let count: u32 = 0;
  let each = module.dependencies;
  while (each) {
    ++count;
    each = each.next;
  }
  return count;
}

function dependencyField(module: Module, index: u32, field: u32): u64 {
  let each = module.dependencies!;
  while (index--) each = each.next!;
  return field == Field.Owner ? each.module.handle : NONE;
}
