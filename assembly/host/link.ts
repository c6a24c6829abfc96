// What the host knows of libraries and symbols that the core does not.

@external("link", "needed") export declare function needed(session: u32, from: u32, name: u64, nameBytes: u32): i32;
@external("link", "resolve") export declare function resolve(session: u32, from: u32, name: u64, nameBytes: u32): i32;
@external("link", "found_addr") export declare function foundAddr(): u64;
@external("link", "found_bytes") export declare function foundBytes(): u64;
