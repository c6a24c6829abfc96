/* What zlib wants of libc, so that a set of objects is whole. */
typedef unsigned long size_t;

void *memcpy(void *to, const void *from, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) ((char *)to)[i] = ((const char *)from)[i];
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) ((char *)to)[i] = (char)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) {
    if (((const unsigned char *)a)[i] != ((const unsigned char *)b)[i]) return ((const unsigned char *)a)[i] - ((const unsigned char *)b)[i];
  }
  return 0;
}

size_t strlen(const char *text) {
  size_t bytes = 0;
  while (text[bytes]) ++bytes;
  return bytes;
}

/* Nothing is taken back: one call of a function is all that there is. */
static char memory[1 << 20] __attribute__((aligned(16)));
static size_t used;

void *malloc(size_t bytes) {
  used = (used + 15) & ~(size_t)15;
  return used + bytes <= sizeof memory ? memory + (used += bytes) - bytes : 0;
}

void *calloc(size_t count, size_t bytes) { return malloc(count * bytes); }
void free(void *block) { (void)block; }
