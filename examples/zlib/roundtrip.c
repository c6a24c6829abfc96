/* A module that needs libz.so.1: compresses 64 KiB and gets them back. */
#include <zlib.h>

enum { BYTES = 64 * 1024 };

static unsigned char plain[BYTES], packed[BYTES], back[BYTES];
static unsigned long packed_count;

/* Text-like and always the same: runs of a pseudo-random length, of the sixteen letters from `a` on. */
static void fill(void) {
  unsigned state = 1;
  for (unsigned i = 0; i < BYTES;) {
    state = state * 1664525 + 1013904223;
    unsigned run = 1 + (state >> 28);
    unsigned char letter = (unsigned char)('a' + (state >> 20 & 15));
    while (run-- > 0 && i < BYTES) plain[i++] = letter;
  }
}

/* What went wrong: 0 is nothing. */
enum { GOOD, NOT_COMPRESSED, NOT_SMALLER, NOT_DECOMPRESSED, WRONG_LENGTH, WRONG_BYTES };

int roundtrip(void) {
  fill();
  uLongf packed_bytes = BYTES, back_bytes = BYTES;
  if (compress2(packed, &packed_bytes, plain, BYTES, 9) != Z_OK) return NOT_COMPRESSED;
  if (packed_bytes > BYTES / 2) return NOT_SMALLER;
  packed_count = packed_bytes;
  if (uncompress(back, &back_bytes, packed, packed_bytes) != Z_OK) return NOT_DECOMPRESSED;
  if (back_bytes != BYTES) return WRONG_LENGTH;
  for (unsigned i = 0; i < BYTES; i++) {
    if (back[i] != plain[i]) return WRONG_BYTES;
  }
  return GOOD;
}

/* What the driver compares with its own: the checksum of what came back, and how many bytes it was packed into. */
unsigned back_crc32(void) { return (unsigned)crc32(0, back, BYTES); }
unsigned packed_bytes(void) { return (unsigned)packed_count; }
