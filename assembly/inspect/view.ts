// A part of a file, made readable in the target.

import { Code, What } from "../words";
import * as source from "../host/source";
import { within } from "../base/range";
import { Work } from "../base/work";

/** Bytes of a file that the host has made readable. All zero until it is opened. */
@unmanaged export class View {
  addr: u64;
  bytes: u64;

  /**
   * Asks the host for [offset, offset + bytes) of the file, unless that was done before.
   *
   * @returns false if the work must wait, or failed
   * @fault Truncated (what, at = offset, value = bytes)   the range is not in the file
   * @fault ViewRefused (Import, at = offset, value = bytes)
   */
  open(work: Work, file: u32, fileBytes: u64, offset: u64, bytes: u64, what: What): bool {
    if (this.bytes) return true;
    if (!within(offset, bytes, 0, fileBytes)) return work.fail(Code.Truncated, what, offset, bytes);
    const addr = source.view(work.handle, file, offset, bytes);
    if (!work.located(addr, Code.ViewRefused, offset, bytes)) return false;
    this.addr = addr;
    this.bytes = bytes;
    return true;
  }

  /** Gives it back, if it was opened. */
  close(file: u32): void {
    if (this.bytes) source.unview(file, this.addr, this.bytes);
    this.bytes = 0;
  }
}
