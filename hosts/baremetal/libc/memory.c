/* Blocks of memory. Whole words at a time, for every byte of every module goes through here. The definitions are weak:
 * in liblinkwright.a they step back behind the host's own. */
#include "libc.h"

#define WEAK __attribute__((weak))

typedef uintptr_t word __attribute__((may_alias));
typedef uint32_t half __attribute__((may_alias));
enum { WORD = sizeof(word), HALF = sizeof(half) };

static bool aligned(uintptr_t at, size_t to) { return (at & (to - 1)) == 0; }

#define FORWARD(type)                                                                    \
  for (; bytes >= 4 * sizeof(type); bytes -= 4 * sizeof(type)) {                         \
    type a = ((const type *)s)[0], b = ((const type *)s)[1];                             \
    type c = ((const type *)s)[2], e = ((const type *)s)[3];                             \
    ((type *)d)[0] = a, ((type *)d)[1] = b, ((type *)d)[2] = c, ((type *)d)[3] = e;      \
    d += 4 * sizeof(type), s += 4 * sizeof(type);                                        \
  }                                                                                      \
  for (; bytes >= sizeof(type); bytes -= sizeof(type)) {                                 \
    *(type *)d = *(const type *)s;                                                       \
    d += sizeof(type), s += sizeof(type);                                                \
  }

/* From the lowest byte up; also right for a move to a lower address. */
static void copy_up(unsigned char *d, const unsigned char *s, size_t bytes) {
  uintptr_t apart = (uintptr_t)d ^ (uintptr_t)s;
  if (aligned(apart, HALF)) {
    size_t unit = aligned(apart, WORD) ? WORD : HALF;
    for (; bytes > 0 && !aligned((uintptr_t)d, unit); bytes--) *d++ = *s++;
    if (unit == WORD) {
      FORWARD(word)
    } else {
      FORWARD(half)
    }
  }
  for (; bytes > 0; bytes--) *d++ = *s++;
}

static void copy_down(unsigned char *d, const unsigned char *s, size_t bytes) {
  d += bytes, s += bytes;
  if (aligned((uintptr_t)d ^ (uintptr_t)s, WORD)) {
    for (; bytes > 0 && !aligned((uintptr_t)d, WORD); bytes--) *--d = *--s;
    for (; bytes >= WORD; bytes -= WORD) {
      d -= WORD, s -= WORD;
      *(word *)d = *(const word *)s;
    }
  }
  for (; bytes > 0; bytes--) *--d = *--s;
}

WEAK void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
  copy_up(to, from, bytes);
  return to;
}

WEAK void *memmove(void *to, const void *from, size_t bytes) {
  if ((uintptr_t)to - (uintptr_t)from >= bytes) copy_up(to, from, bytes);
  else copy_down(to, from, bytes);
  return to;
}

WEAK void *memset(void *to, int value, size_t bytes) {
  unsigned char *d = to;
  word all = (unsigned char)value * (~(word)0 / 255);
  for (; bytes > 0 && !aligned((uintptr_t)d, WORD); bytes--) *d++ = (unsigned char)value;
  for (; bytes >= 4 * WORD; bytes -= 4 * WORD, d += 4 * WORD) {
    ((word *)d)[0] = all, ((word *)d)[1] = all, ((word *)d)[2] = all, ((word *)d)[3] = all;
  }
  for (; bytes > 0; bytes--) *d++ = (unsigned char)value;
  return to;
}

WEAK int memcmp(const void *a, const void *b, size_t bytes) {
  const unsigned char *x = a, *y = b;
  for (; bytes > 0 && *x == *y; bytes--) x++, y++;
  return bytes > 0 ? *x - *y : 0;
}

void *mempcpy(void *restrict to, const void *restrict from, size_t bytes) { return (char *)memcpy(to, from, bytes) + bytes; }

void *memchr(const void *at, int value, size_t bytes) {
  const unsigned char *s = at;
  for (; bytes > 0; bytes--, s++) {
    if (*s == (unsigned char)value) return (void *)s;
  }
  return NULL;
}

void *memrchr(const void *at, int value, size_t bytes) {
  const unsigned char *s = at;
  while (bytes > 0) {
    if (s[--bytes] == (unsigned char)value) return (void *)(s + bytes);
  }
  return NULL;
}

void *rawmemchr(const void *at, int value) {
  const unsigned char *s = at;
  while (*s != (unsigned char)value) s++;
  return (void *)s;
}

void *memmem(const void *in, size_t in_bytes, const void *what, size_t bytes) {
  const char *s = in;
  for (; in_bytes >= bytes; in_bytes--, s++) {
    if (memcmp(s, what, bytes) == 0) return (void *)s;
  }
  return NULL;
}

void *memccpy(void *restrict to, const void *restrict from, int last, size_t bytes) {
  const char *end = memchr(from, last, bytes);
  if (!end) return memcpy(to, from, bytes), NULL;
  return mempcpy(to, from, (size_t)(end + 1 - (const char *)from));
}

void bcopy(const void *from, void *to, size_t bytes) { memmove(to, from, bytes); }

void bzero(void *to, size_t bytes) { memset(to, 0, bytes); }

void explicit_bzero(void *to, size_t bytes) {
  memset(to, 0, bytes);
  __asm__ volatile("" : : "r"(to) : "memory");
}
