// Records in rows.

/** Bytes from one record of a row to the next, so that words of 64 bits are aligned in each. */
@inline export function strideOf<T>(): usize { return offsetof<T>() + 7 & ~7; }
