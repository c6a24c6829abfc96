/* Asks zlib to pack and unpack a text. */
#include "zlib.h"
#include <string.h>

unsigned long answer(const char *text, unsigned long bytes) {
  Bytef packed[256], back[256];
  uLongf packed_bytes = sizeof packed, back_bytes = sizeof back;
  if (compress(packed, &packed_bytes, (const Bytef *)text, bytes) != Z_OK) return 0;
  if (uncompress(back, &back_bytes, packed, packed_bytes) != Z_OK || back_bytes != bytes || memcmp(back, text, bytes) != 0) return 0;
  return crc32(adler32(1, back, (uInt)bytes), packed, (uInt)packed_bytes);
}
