import { take } from "./heap";

/** Pointers in order, as many as come. */
@unmanaged
export class List {
  private items: usize;
  count: u32;
  private room: u32;

  add(item: usize): void {
    if (this.count == this.room) {
      const more = max<u32>(8, this.room * 2), items = take(<usize>more * sizeof<usize>());
      memory.copy(items, this.items, <usize>this.count * sizeof<usize>());
      this.items = items;
      this.room = more;
    }
    store<usize>(this.items + <usize>this.count * sizeof<usize>(), item);
    ++this.count;
  }

  @inline at<T>(index: u32): T {
    return changetype<T>(load<usize>(this.items + <usize>index * sizeof<usize>()));
  }
}

/** An empty list. */
export function newList(): List {
  return changetype<List>(take(offsetof<List>()));
}
