// A module's thread-local block, which the host lays out.

import { Answer, Code, What } from "../words";
import { NOWHERE } from "../host/answer";
import * as machine from "../host/machine";
import { hasTls } from "../base/features";
import { alignUp } from "../base/range";
import { DF_1, DT } from "../elf/dynamic";
import { ET } from "../elf/header";
import { Segment } from "../elf/segment";
import { Image } from "../inspect/image";
import { Module } from "./module";
import { Session } from "./session";

/**
 * Has the host reserve a module's block. Where the block of an executable lies, its linker has decided already (local-exec).
 *
 * @returns false if the session must wait, or failed
 * @fault TlsRefused (Import, at = file offset of the program header, value = p_memsz)
 * @fault NoStaticTls (Phdr, at = file offset, value = p_memsz)
 */
export function reserveTls(session: Session, module: Module): bool {
  const image = module.image;
  const tls = image.tls;
  if (!tls || module.hasTls) return true;
  if (module.isLent) { // whoever loaded it has laid it out, and its block is in use
    module.hasTls = hasTls();
    return true;
  }
  const align = max<u64>(tls.align, 1);
  const answer = !hasTls() ? Answer.Refused : machine.tlsReserve(
    session.handle, module.handle, <u32>image.arch.machine, image.bits, module.placement.at(tls.vaddr), tls.fileBytes, tls.bytes, <u32>ctz(align),
    tls.vaddr & (align - 1));
  if (!session.settled(answer, Code.TlsRefused, image.headerOf(tls), tls.bytes)) return false;
  if (!hasTls()) return false;
  module.hasTls = true;
  if (!isExecutable(image)) return true;
  const offset = machine.tlsOffset(module.handle);
  if (offset == linkedOffset(image, tls)) return true;
  return session.fail(Code.NoStaticTls, What.Phdr, image.headerOf(tls), tls.bytes);
}

/** Has blocks initialised that threads have already. */
export function startTls(session: Session, module: Module): bool {
  if (!hasTls() || !module.hasTls || module.isTlsStarted) return true;
  if (!session.settled(machine.tlsStart(session.handle, module.handle), Code.TlsRefused, module.placement.addr, module.image.tls!.bytes)) return false;
  module.isTlsStarted = true;
  return true;
}

/** The same once more, if a resolver's choice belongs into them. */
export function restartTls(session: Session, module: Module): bool {
  const binding = module.binding!;
  if (!binding.isTlsStale) return true;
  module.isTlsStarted = false;
  if (!startTls(session, module)) return false;
  binding.isTlsStale = false;
  return true;
}

function isExecutable(image: Image): bool {
  return image.type == ET.EXEC || image.dynamic != null && (image.dynamic!.value(DT.FLAGS_1) & DF_1.PIE) != 0;
}

/** Where the first block of a program lies. ELF Handling for Thread-Local Storage, 3.4. */
function linkedOffset(image: Image, tls: Segment): u64 {
  const align = max<u64>(tls.align, 1);
  const skew = tls.vaddr & (align - 1);
  if (!image.arch.isTlsBelow) return alignUp(<u64>image.arch.tcbBytes - skew, align) + skew;
  return skew - alignUp(tls.bytes + skew, align);
}
