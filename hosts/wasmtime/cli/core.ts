// What the core exports: docs/abi.md.

@external("linkwright", "lw_open") export declare function lw_open(limitBytes: u32): i32;
@external("linkwright", "lw_context") export declare function lw_context(argc: u64, argv: u64, envp: u64): u32;
@external("linkwright", "lw_inspect") export declare function lw_inspect(source: u32): u32;
@external("linkwright", "lw_load") export declare function lw_load(context: u32, source: u32, flags: u32): u32;
@external("linkwright", "lw_add") export declare function lw_add(session: u32, source: u32): i32;
@external("linkwright", "lw_load_image") export declare function lw_load_image(context: u32, image: u32, flags: u32): u32;
@external("linkwright", "lw_advance") export declare function lw_advance(session: u32): i32;
@external("linkwright", "lw_result") export declare function lw_result(session: u32): u32;
@external("linkwright", "lw_close") export declare function lw_close(handle: u32): i32;
@external("linkwright", "lw_value") export declare function lw_value(handle: u32, field: u32): u64;
@external("linkwright", "lw_count") export declare function lw_count(handle: u32, list: u32): u32;
@external("linkwright", "lw_entry") export declare function lw_entry(handle: u32, list: u32, index: u32, field: u32): u64;

/** The answer "there is no such thing". */
export const NONE: u64 = u64.MAX_VALUE;
