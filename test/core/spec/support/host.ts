// What the core's imports answer, and what they were asked: those of source, link, machine and log, by their names. Memory is a
// sandbox, and not among them.

/** From now on an import answers this. */
@external("host", "answer") export declare function answer(name: string, value: i64): void;
/** How often it was called. */
@external("host", "call_count") export declare function callCount(name: string): i32;
/** An argument of a call; both count from 0. */
@external("host", "argument") export declare function argument(name: string, call: i32, index: i32): i64;
/** How many loads from target memory there were so far. */
@external("host", "loads") export declare function loads(): u32;
/** No calls and no answers so far. */
@external("host", "forget") export declare function forget(): void;
