// Section groups: of those with the same signature the first is kept, the sections of all others are dropped. gABI 4.3 "Section Groups".

import { Code, What } from "../words";
import { Work } from "../base/work";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { hashedName } from "../elf/hash";
import { GRP, SHF, SHT } from "../elf/section";
import { STT, symInfo, symName, typeOf } from "../elf/symbol";
import { NameTable, Named } from "../elf/table";
import { wide } from "../elf/word";
import { Object, Section, headerAt, sectionName } from "../inspect/object";

/** Signatures of the COMDAT groups that were met. */
@unmanaged export class Groups {
  private table: NameTable;

  begin(table: NameTable): void { this.table = table; }

  /**
   * Looks at an object's groups, and drops the sections of those that were met before.
   *
   * @fault BadGroup (Shdr, at = file offset of the group's header, value = the member, symbol, flag or hash that is wrong)
   */
  enter(work: Work, object: Object): bool {
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const group = object.section(i);
      if (group.type == SHT.GROUP && !this.enterGroup(work, object, group)) return false;
    }
    return true;
  }

  private enterGroup(work: Work, object: Object, group: Section): bool {
    const at = headerAt(object, group.index);
    if (group.bytes < 4 || group.bytes % 4) return work.fail(Code.BadGroup, What.Shdr, at, group.bytes);
    if (group.link != object.symbolSection || !group.info || group.info >= object.symbolCount) return work.fail(Code.BadGroup, What.Shdr, at, group.info);
    const words = object.addr + group.offset;
    const flags = target.load32(words);
    if (flags & ~<u32>GRP.COMDAT) return work.fail(Code.BadGroup, What.Shdr, at, flags);
    const count = <u32>(group.bytes / 4);
    const isFirst = !flags || this.isNew(work, object, group);
    if (work.fault.code != Code.Ok) return false;
    for (let i: u32 = 1; i < count; ++i) {
      const member = target.load32(words + i * 4);
      if (!member || member >= object.sectionCount || member == group.index || !object.section(member).has(SHF.GROUP)) return work.fail(Code.BadGroup, What.Shdr, at, member);
      const section = object.section(member);
      // A section is in one group at the most.
      if (section.isGrouped) return work.fail(Code.BadGroup, What.Shdr, at, member);
      section.isGrouped = true;
      if (!isFirst) section.isDropped = true;
    }
    return true;
  }

  private isNew(work: Work, object: Object, group: Section): bool {
    const at = headerAt(object, group.index);
    let name: u64;
    let limit: u64;
    const symbol = wide(object.bits) ? object.symbol<u64>(group.info) : object.symbol<u32>(group.info);
    const info = wide(object.bits) ? symInfo<u64>(symbol) : symInfo<u32>(symbol);
    if (typeOf(info) == STT.SECTION) { // older assemblers: the section's name is the signature
      const index = wide(object.bits) ? object.sectionOf<u64>(group.info) : object.sectionOf<u32>(group.info);
      name = index < object.sectionCount ? sectionName(object.section(index)) : NONE;
      limit = object.names + object.nameBytes - name;
    } else {
      const start = <u64>symName(symbol);
      name = start < object.stringBytes ? object.strings + start : NONE;
      limit = object.stringBytes - start;
    }
    const hashed = name == NONE ? NONE : hashedName(name, limit);
    if (hashed == NONE || !object.spell(<u32>hashed)) return work.fail(Code.BadGroup, What.Shdr, at, group.info);
    const hash = <u32>(hashed >> 32);
    if (this.table.find(name, <u32>hashed, hash)) return false;
    if (this.table.isCrowded) return work.fail(Code.BadGroup, What.Shdr, at, hash);
    const known = changetype<Named>(work.take(offsetof<Named>()));
    if (!changetype<usize>(known)) return false;
    known.name = name;
    known.nameBytes = <u32>hashed;
    known.hash = hash;
    return this.table.add(work, known);
  }
}
