// What went wrong, in numbers. The host words it.

import { Code, What } from "../words";

/** The first fault of a session; a later one, met while cleaning up, never hides it. */
@unmanaged export class Fault {
  code: Code;
  what: What;
  /** What `at` counts depends on `what`. */
  at: u64;
  /** The offending value, exactly as read or computed. */
  value: u64;
  /** A name that helps, in the target; its bytes are 0 where there is none. */
  name: u64;
  nameBytes: u32;
  /** The file at fault, by the host's number; 0 for none. */
  source: u32;
  /** The name of its member, in the target, if it is an archive; its bytes are 0 where there is none. */
  memberBytes: u32;
  member: u64;

  /** Records a fault unless there is one already. */
  record(code: Code, what: What, at: u64, value: u64, source: u32, member: u64, memberBytes: u32): void {
    if (this.code != Code.Ok) return;
    this.code = code;
    this.what = what;
    this.at = at;
    this.value = value;
    this.source = source;
    this.member = member;
    this.memberBytes = memberBytes;
  }
}
