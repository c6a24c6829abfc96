/** FNV-1a, 64 bits, as docs/image.md has it: 0x and hexadecimal digits. */
export function fnv1a(bytes: Uint8Array): string {
  // The prime is 2^40 + 0x1b3: the product in two halves of 32 bits, which numbers hold exactly.
  let high = 0xcbf29ce4, low = 0x84222325;
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0;
    const product = low * 0x1b3;
    const carry = Math.floor(product / 0x1_0000_0000);
    high = (Math.imul(high, 0x1b3) + carry + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return `0x${(BigInt(high) << 32n | BigInt(low)).toString(16)}`;
}
