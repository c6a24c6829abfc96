// The files of a load of objects: each is readable as a whole until the module is relocated, and longer if it is used from there.

import { Answer, Code, What } from "../words";
import * as hostLink from "../host/link";
import * as target from "../host/memory";
import { Ar, isArchive } from "../elf/archive";
import * as source from "../host/source";
import { Archive, Member } from "../inspect/archive";
import { View } from "../inspect/view";
import { File, Module } from "./module";
import { Session } from "./session";

const VIEW: usize = offsetof<File>() + 7 & ~7;
const FILE: usize = VIEW + offsetof<View>();

/** One more file; null with a fault if there is no memory. */
export function addFile(session: Session, number: u32): File | null {
  const file = newFile(session, number);
  if (!file) return null;
  let last = session.files;
  if (!last) session.files = file;
  else {
    while (last.next) last = last.next!;
    last.next = file;
  }
  return file;
}

function newFile(session: Session, number: u32): File | null {
  const at = session.take(FILE);
  if (!at) return null;
  const file = changetype<File>(at);
  file.source = number;
  file.view = changetype<View>(at + VIEW);
  return file;
}

/** Puts the file that was asked for in front of those that were added. */
export function addFirst(session: Session, number: u32): bool {
  const others = session.files;
  session.files = null;
  const file = addFile(session, number);
  if (file) file.next = others;
  else session.files = others;
  return file != null;
}

/**
 * Opens all files, and those that are members of thin archives.
 *
 * @returns false if the session must wait, or failed
 */
export function openFiles(session: Session): bool {
  let file = session.files;
  while (file) {
    session.source = file.source;
    if (!openWhole(session, file) || !openMembers(session, file)) return false;
    file = file.next;
  }
  return true;
}

/** Makes a file readable as a whole; a member of a thin archive may be empty. */
function openWhole(session: Session, file: File): bool {
  const bytes = source.bytes(file.source);
  if (!bytes) return file.isMember || session.fail(Code.Truncated, What.Ehdr, 0, 0);
  return file.view.open(session, file.source, bytes, 0, bytes, What.Ehdr);
}

/**
 * Reads what members an archive has, and opens the files that those of a thin one are, in order.
 *
 * @fault MissingMember (Member, at = offset of its header, value = 0)  nobody has the file
 */
function openMembers(session: Session, file: File): bool {
  const view = file.view;
  if (view.bytes < <u64>Ar.BYTES) return true;
  const magic = target.load32(view.addr);
  if (!isArchive(magic)) return true;
  if (!file.archive) {
    const archive = changetype<Archive | null>(session.take(offsetof<Archive>()));
    if (!archive) return false;
    archive.source = file.source;
    archive.addr = view.addr;
    archive.bytes = view.bytes;
    archive.isThin = magic == Ar.THIN;
    file.archive = archive;
    if (!archive.read(session)) return false;
  }
  const archive = file.archive!;
  for (; archive.unopened; archive.unopened = archive.unopened!.next) if (!openMember(session, archive.unopened!)) return false;
  return true;
}

function openMember(session: Session, member: Member): bool {
  member.turn(session);
  if (!member.source) {
    const answer = hostLink.member(session.handle, member.archive.source, member.name, member.nameBytes);
    if (answer == Answer.Pending) return session.wait();
    if (answer <= 0) return session.fail(Code.MissingMember, What.Member, member.header, 0);
    const file = newFile(session, <u32>answer);
    if (!file) {
      source.close(<u32>answer);
      return false;
    }
    file.isMember = true;
    file.next = session.members;
    session.members = file;
    member.source = <u32>answer;
  }
  const file = session.members!;
  return openWhole(session, file) && member.openIn(session, file.view.addr, file.view.bytes);
}

/** The module holds the views of the files that it is used from. */
export function keepFiles(session: Session, module: Module): bool {
  return keepAll(session, module, session.files) && keepAll(session, module, session.members);
}

function keepAll(session: Session, module: Module, file: File | null): bool {
  while (file) {
    const each = file;
    file = file.next;
    if (!each.isKept) continue;
    const held = changetype<File | null>(module.arena.take(FILE));
    if (!held) return session.fail(Code.OutOfMemory, What.None, 0, FILE);
    held.source = each.source;
    held.view = changetype<View>(changetype<usize>(held) + VIEW);
    held.view.addr = each.view.addr;
    held.view.bytes = each.view.bytes;
    held.isMember = each.isMember;
    held.next = module.files;
    module.files = held;
    each.view.bytes = 0;
    each.isMember = false;
  }
  return true;
}
