// What the host knows of libraries and symbols that the core does not.

@external("link", "search") export declare function search(session: u32, origin: u32, text: u64, textBytes: u32, rank: u32): void;
@external("link", "needed") export declare function needed(session: u32, from: u32, name: u64, nameBytes: u32): i32;
@external("link", "member") export declare function member(session: u32, archive: u32, name: u64, nameBytes: u32): i32;
@external("link", "before")
export declare function before(session: u32, from: u32, name: u64, nameBytes: u32, version: u64, versionBytes: u32): i32;
@external("link", "resolve")
export declare function resolve(session: u32, from: u32, name: u64, nameBytes: u32, version: u64, versionBytes: u32): i32;
@external("link", "intercept")
export declare function intercept(module: u32, name: u64, nameBytes: u32, type: u32, place: u64, owner: u32, value: u64): i32;
@external("link", "found_addr") export declare function foundAddr(): u64;
@external("link", "found_bytes") export declare function foundBytes(): u64;
@external("link", "found_type") export declare function foundType(): u32;
