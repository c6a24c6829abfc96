#define _GNU_SOURCE
#include "pool.h"
#include <stdint.h>
#include <sys/mman.h>

/* Small pieces are powers of two, aligned to their size, and never share a cache line; what is given back waits for the next of its size.
 * Larger ones are mappings. */
enum { LEAST_LOG2 = 6, MOST_LOG2 = 12, CHUNK_BYTES = 1 << 16 };

static struct piece {
  struct piece *next;
} *unused[MOST_LOG2 + 1];
static uintptr_t chunk, chunk_end;

static uintptr_t up(uintptr_t value, size_t align) { return (value + align - 1) & -align; }

static unsigned log2_of(size_t bytes, size_t align) {
  unsigned log2 = LEAST_LOG2;
  while (log2 <= MOST_LOG2 && (bytes > (size_t)1 << log2 || align > (size_t)1 << log2)) log2++;
  return log2;
}

static uintptr_t map(size_t bytes) {
  void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? 0 : (uintptr_t)at;
}

enum { LARGEST_PAGE_BYTES = 1 << 16, SMALLEST_PAGE_BYTES = 1 << 12 };

/* An alignment that pages do not have is had by taking more, and giving back what is around. */
static void *map_aligned(size_t bytes, size_t align) {
  if (align > SIZE_MAX / 4 || bytes > SIZE_MAX / 4) return NULL;
  size_t room = up(bytes, LARGEST_PAGE_BYTES), spare = align > SMALLEST_PAGE_BYTES ? align : 0;
  uintptr_t start = map(room + spare);
  if (!start || spare == 0) return (void *)start;
  uintptr_t at = up(start, align);
  if (at > start) munmap((void *)start, at - start);
  if (at < start + spare) munmap((void *)(at + room), start + spare - at);
  return (void *)at;
}

void *pool_take(size_t bytes, size_t align) {
  unsigned log2 = log2_of(bytes, align);
  if (log2 > MOST_LOG2) return map_aligned(bytes, align);
  size_t size = (size_t)1 << log2;
  struct piece *piece = unused[log2];
  if (piece) {
    unused[log2] = piece->next;
    return piece;
  }
  uintptr_t at = up(chunk, size);
  if (at + size > chunk_end) {
    at = map(CHUNK_BYTES);
    if (!at) return NULL;
    chunk_end = at + CHUNK_BYTES;
  }
  chunk = at + size;
  return (void *)at;
}

void pool_give(void *at, size_t bytes, size_t align) {
  unsigned log2 = log2_of(bytes, align);
  if (log2 > MOST_LOG2) {
    munmap(at, up(bytes, LARGEST_PAGE_BYTES));
    return;
  }
  struct piece *piece = at;
  piece->next = unused[log2];
  unused[log2] = piece;
}
