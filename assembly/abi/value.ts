// Exports that answer questions about handles.

import { hasTls } from "../base/features";
import { Field, Kind } from "../words";
import { NONE, NOWHERE } from "../host/answer";
import * as machine from "../host/machine";
import { Image } from "../inspect/image";
import { Context } from "../registry/context";
import { slotOf } from "../registry/handle";
import { keptBy } from "../registry/dependency";
import { Module } from "../registry/module";
import { Session } from "../registry/session";
import { contextBytes, moduleBytes } from "../registry/usage";
import { DT } from "../elf/dynamic";
import { Part } from "../inspect/image";
import { textBytes } from "../elf/text";
import { spareBytes, spareOffset } from "../base/heap";
import { coreBytes } from "./sessions";

/** A field of what a handle stands for; NONE where there is no such thing. */
export function lw_value(handle: u32, field: u32): u64 {
  const slot = slotOf(handle);
  const kind = slot ? <Kind>slot.kind : Kind.None;
  if (field == Field.Kind) return kind;
  switch (kind) {
    case Kind.Module:  return anyModuleValue(changetype<Module>(slot!.record), field);
    case Kind.Session: return sessionValue(changetype<Session>(slot!.record), field);
    case Kind.Image:   return imageValue(changetype<Image>(slot!.record), field);
    case Kind.Context: return field == Field.UsedBytes ? contextBytes(changetype<Context>(slot!.record)) : NONE;
    default:           return handle ? NONE : coreValue(field);
  }
}

function coreValue(field: u32): u64 {
  if (field == Field.UsedBytes) return coreBytes(false);
  if (field == Field.SpareBytes) return spareBytes();
  if (field == Field.SpareOffset) return spareOffset();
  return field == Field.PeakBytes ? coreBytes(true) : NONE;
}

function sessionValue(session: Session, field: u32): u64 {
  const fault = session.fault;
  switch (field) {
    case Field.Stage:          return session.stage;
    case Field.Context:        return session.context ? session.context!.handle : 0;
    case Field.UsedBytes:      return session.arena.bytes;
    case Field.FaultCode:      return fault.code;
    case Field.FaultWhat:      return fault.what;
    case Field.FaultAt:        return fault.at;
    case Field.FaultValue:     return fault.value;
    case Field.FaultSource:    return fault.source;
    case Field.FaultName:      return fault.nameBytes ? fault.name : NONE;
    case Field.FaultNameBytes: return fault.nameBytes;
    case Field.FaultMember:    return fault.memberBytes ? fault.member : NONE;
    case Field.FaultMemberBytes: return fault.memberBytes;
    default:                   return NONE;
  }
}

/** Of a module that is not published yet, its file alone: `link.intercept` tells of such ones. */
function anyModuleValue(module: Module, field: u32): u64 {
  if (module.isKnown) return moduleValue(module, field);
  return field == Field.Source ? module.image.source : NONE;
}

/** What a file says, whether it is mapped or not. Names are read from its view. */
function imageValue(image: Image, field: u32): u64 {
  switch (field) {
    case Field.Source:    return image.source;
    case Field.Machine:   return image.isArchive ? NONE : image.arch.machine;
    case Field.Class:     return image.bits;
    case Field.Type:      return image.type;
    case Field.Flags:     return image.flags;
    case Field.Entry:     return image.entry ? image.entry : NONE;
    case Field.Base:      return image.low;
    case Field.Bytes:     return image.high - image.low;
    case Field.Align:     return image.align;
    case Field.TlsFileBytes: return image.tls ? image.tls!.fileBytes : 0;
    case Field.TlsBytes:  return image.tls ? image.tls!.bytes : 0;
    case Field.FileBytes: return image.fileBytes;
    case Field.Name:      return soname(image, image.part(Part.Strings).addr, field);
    case Field.NameBytes: return soname(image, image.part(Part.Strings).addr, field);
    default:              return NONE;
  }
}

/** The same of a module, with addresses instead of vaddrs. Its name is in its memory. */
function moduleValue(module: Module, field: u32): u64 {
  const image = module.image;
  const handle = module.handle;
  switch (field) {
    case Field.Base:       return module.placement.addr;
    case Field.Bytes:      return module.placement.bytes;
    case Field.Bias:       return module.placement.bias;
    case Field.Entry:      return image.entry ? module.placement.at(image.entry) : NONE;
    case Field.Name:       return soname(image, module.symbols.strings, field);
    case Field.NameBytes:  return soname(image, module.symbols.strings, field);
    case Field.References: return module.references;
    case Field.Context:    return module.context.handle;
    case Field.Dynamic:    return image.dynamicSegment ? module.placement.at(image.dynamicSegment!.vaddr) : NONE;
    case Field.Phdr:       return image.headersVaddr == NONE ? NONE : module.placement.at(image.headersVaddr);
    case Field.EhFrame:    return image.ehFrame ? module.placement.at(image.ehFrame!.vaddr) : NONE;
    case Field.TlsNumber:  return hasTls() && module.hasTls ? machine.tlsNumber(handle) : 0;
    case Field.TlsOffset:  return hasTls() && module.hasTls ? machine.tlsOffset(handle) : NOWHERE;
    case Field.TlsImage:   return image.tls ? module.placement.at(image.tls!.vaddr) : NONE;
    case Field.UsedBytes:  return moduleBytes(module);
    case Field.Kept:       return keptBy(module);
    case Field.Rank:       return module.rank;
    case Field.Root:       return module.home ? module.home!.root : 0;
    default:               return imageValue(image, field);
  }
}

/** DT_SONAME, in a string table at this address. */
function soname(image: Image, strings: u64, field: u32): u64 {
  const d = image.dynamic;
  if (!d || !d.has(DT.SONAME)) return NONE;
  const name = strings + d.value(DT.SONAME);
  return field == Field.Name ? name : textBytes(name, d.value(DT.STRSZ) - d.value(DT.SONAME));
}
