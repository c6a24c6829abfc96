// Files, as the host names them by number.

@external("source", "bytes") export declare function bytes(source: u32): u64;
@external("source", "view") export declare function view(session: u32, source: u32, offset: u64, bytes: u64): u64;
@external("source", "unview") export declare function unview(source: u32, addr: u64, bytes: u64): void;
@external("source", "placed") export declare function placed(source: u32): u64;
@external("source", "close") export declare function close(source: u32): void;
