// A list of modules, in the order they came.

import { written } from "../base/generation";
import { Module } from "./module";

/** A doubly linked list; a module is in one list at a time. Who stands at one without a lock goes on from there, also when it was taken out. */
@unmanaged export class Modules {
  first: Module | null;
  last: Module | null;
  count: u32;
  /** The one that was asked for last, and its number: who lists them asks for one after the other. */
  private seen: Module | null;
  private seenIndex: u32;

  append(module: Module): void {
    module.next = null;
    module.previous = this.last;
    written();
    if (this.last) this.last!.next = module;
    else this.first = module;
    this.last = module;
    ++this.count;
  }

  /** The n-th of them. */
  at(index: u32): Module {
    const isBehind = this.seen != null && index >= this.seenIndex;
    let module = isBehind ? this.seen! : this.first!;
    for (let left = isBehind ? index - this.seenIndex : index; left; --left) module = module.next!;
    this.seen = module;
    this.seenIndex = index;
    return module;
  }

  remove(module: Module): void {
    this.seen = null;
    if (module.previous) module.previous!.next = module.next;
    else this.first = module.next;
    if (module.next) module.next!.previous = module.previous;
    else this.last = module.previous;
    --this.count;
  }
}
