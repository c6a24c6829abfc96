// Addresses a host can't answer with, so that "no" and "not yet" are told apart from address 0.

/** No such address: nobody answers 2^64-1, because nothing fits behind it. */
@inline export const NONE: u64 = 0xffffffffffffffff;
/** The host refuses: the same value, where it is an answer. */
@inline export const REFUSED: u64 = NONE;
/** The host does not know yet. */
@inline export const PENDING: u64 = NONE - 1;
/** Not where it was looked for, but there is more to look in. */
@inline export const BEHIND: u64 = NONE - 2;
/** No offset from a thread pointer: where `tls_offset` answers that a block has no fixed place. -1 is an offset. */
@inline export const NOWHERE: u64 = 0x8000000000000000;
