// The target's memory, as the host gives it. docs/abi.md says what each call promises.

@external("memory", "page_bytes") export declare function pageBytes(): u32;
@external("memory", "reserve") export declare function reserve(bytes: u64, alignLog2: u32, source: u32, exact: u64, highest: u64, region: u32): u64;
@external("memory", "release") export declare function release(addr: u64, bytes: u64): void;
@external("memory", "place")
export declare function place(session: u32, addr: u64, source: u32, offset: u64, fileBytes: u64, memBytes: u64, prot: u32): i32;
@external("memory", "protect") export declare function protect(session: u32, addr: u64, bytes: u64, prot: u32): i32;
@external("memory", "sync_code") export declare function syncCode(session: u32, addr: u64, bytes: u64): i32;
@external("memory", "load8") export declare function load8(addr: u64): u32;
@external("memory", "load16") export declare function load16(addr: u64): u32;
@external("memory", "load32") export declare function load32(addr: u64): u32;
@external("memory", "load64") export declare function load64(addr: u64): u64;
@external("memory", "store16") export declare function store16(addr: u64, value: u32): void;
@external("memory", "store32") export declare function store32(addr: u64, value: u32): void;
@external("memory", "store64") export declare function store64(addr: u64, value: u64): void;
@external("memory", "copy") export declare function copy(to: u64, from: u64, bytes: u64): void;
