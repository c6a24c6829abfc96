// Arithmetic on ranges that cannot wrap.

/** True if [offset, offset + bytes) lies within [start, start + size). */
@inline export function within(offset: u64, bytes: u64, start: u64, size: u64): bool {
  return offset >= start && offset - start <= size && bytes <= size - (offset - start);
}

/** True for 1, 2, 4, ... */
@inline export function isPowerOfTwo(x: u64): bool { return x != 0 && (x & (x - 1)) == 0; }

/** The next multiple of a power of two, from x on. */
@inline export function alignUp(x: u64, align: u64): u64 { return x + align - 1 & ~(align - 1); }

/** The last multiple of a power of two, up to x. */
@inline export function alignDown(x: u64, align: u64): u64 { return x & ~(align - 1); }
