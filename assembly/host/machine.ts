// The machine that runs what was loaded.

@external("machine", "call") export declare function call(session: u32, addr: u64, a0: u64, a1: u64, a2: u64): i32;
@external("machine", "fence") export declare function fence(): void;
@external("machine", "hold_signals") export declare function holdSignals(): void;
@external("machine", "let_signals") export declare function letSignals(): void;
@external("machine", "choose") export declare function choose(session: u32, addr: u64): i32;
@external("machine", "chosen") export declare function chosen(): u64;
@external("machine", "lazy_entry") export declare function lazyEntry(): u64;
@external("machine", "tls_reserve")
export declare function tlsReserve(session: u32, module: u32, machine: u32, bits: u32, image: u64, fileBytes: u64, bytes: u64, alignLog2: u32, skew: u64): i32;
@external("machine", "tls_number") export declare function tlsNumber(module: u32): u64;
@external("machine", "tls_offset") export declare function tlsOffset(module: u32): u64;
@external("machine", "tls_descriptor") export declare function tlsDescriptor(session: u32, module: u32, offset: u64): i32;
@external("machine", "tls_entry") export declare function tlsEntry(): u64;
@external("machine", "tls_argument") export declare function tlsArgument(): u64;
@external("machine", "tls_start") export declare function tlsStart(session: u32, module: u32): i32;
@external("machine", "tls_release") export declare function tlsRelease(module: u32): void;
