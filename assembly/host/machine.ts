// The machine that runs what was loaded.

@external("machine", "call") export declare function call(session: u32, addr: u64, a0: u64, a1: u64, a2: u64): i32;
