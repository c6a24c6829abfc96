// A list of modules, in the order they came.

import { Module } from "./module";

/** A doubly linked list; a module is in one list at a time. */
@unmanaged export class Modules {
  first: Module | null;
  last: Module | null;
  count: u32;

  append(module: Module): void {
    module.next = null;
    module.previous = this.last;
    if (this.last) this.last!.next = module;
    else this.first = module;
    this.last = module;
    ++this.count;
  }

  remove(module: Module): void {
    if (module.previous) module.previous!.next = module.next;
    else this.first = module.next;
    if (module.next) module.next!.previous = module.previous;
    else this.last = module.previous;
    module.next = module.previous = null;
    --this.count;
  }
}
