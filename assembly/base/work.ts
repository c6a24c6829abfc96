// What every stage is handed: whose work it is, where its scratch memory comes from, where its fault goes.

import { Answer, Code, What } from "../words";
import { PENDING, REFUSED } from "../host/answer";
import { Arena } from "./arena";
import { Fault } from "./fault";

/** A piece of work that may be refused, and may have to wait for the host. Sessions extend it. */
@unmanaged export class Work {
  /** The session's handle: the host keeps its pending answers by it. */
  handle: u32;
  /** Why the last stage returned nothing: Refused or Pending. */
  answer: Answer;
  /** The file being worked on, for faults, and where it is an archive the name of the member. */
  private file: u32;
  private member: u64;
  private memberBytes: u32;
  /** Scratch memory; it goes when the session ends. */
  arena: Arena;
  fault: Fault;

  @inline get source(): u32 { return this.file; }
  @inline set source(source: u32) { this.turnTo(source, 0, 0); }

  /** Turns to a file, or a member of one: whose fault it is from now on. */
  turnTo(source: u32, member: u64, memberBytes: u32): void {
    this.file = source;
    this.member = member;
    this.memberBytes = memberBytes;
  }

  /** Records why it fails. Always false, so that callers write `return work.fail(...)`. */
  fail(code: Code, what: What, at: u64, value: u64): bool {
    this.fault.record(code, what, at, value, this.file, this.member, this.memberBytes);
    this.answer = Answer.Refused;
    return false;
  }

  /** The host does not know yet. Always false. */
  wait(): bool {
    this.answer = Answer.Pending;
    return false;
  }

  /** True if the host has done it; otherwise the session waits, or fails with this code. */
  settled(answer: i32, code: Code, at: u64, value: u64): bool {
    if (answer == Answer.Done) return true;
    return answer == Answer.Pending ? this.wait() : this.fail(code, What.Import, at, value);
  }

  /** The same for an answer that is an address. */
  located(addr: u64, code: Code, at: u64, value: u64): bool {
    if (addr < PENDING) return true;
    return addr == REFUSED ? this.fail(code, What.Import, at, value) : this.wait();
  }

  /** Zeroed scratch memory that goes when the session ends; 0 with a fault if there is none. */
  take(bytes: u64): usize { return this.took(this.arena.take(bytes), bytes); }

  /** Passes on what an allocation gave; 0 becomes a fault. */
  took(at: usize, bytes: u64): usize {
    if (!at) this.fail(Code.OutOfMemory, What.None, 0, bytes);
    return at;
  }
}
