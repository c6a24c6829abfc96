/* malloc: blocks of powers of two, out of pieces of memory that the kernel gave; large ones by themselves. Each has its size in front. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "bare.h"

enum { LEAST_LOG2 = 5, MOST_LOG2 = 16, PIECE_BYTES = 1 << 20, HEAD = 16 };

union block {
  size_t bytes; /* all of it */
  union block *next;
  char head[HEAD];
};

static union block *unused[MOST_LOG2 + 1];
static char *piece, *piece_end;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *map(size_t bytes) {
  void *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return got == MAP_FAILED ? NULL : got;
}

static union block *take(unsigned log2) {
  union block *block = unused[log2];
  size_t bytes = (size_t)1 << log2;
  if (block) {
    unused[log2] = block->next;
    return block;
  }
  if ((size_t)(piece_end - piece) < bytes) {
    piece = map(PIECE_BYTES);
    piece_end = piece ? piece + PIECE_BYTES : NULL;
    if (!piece) return NULL;
  }
  block = (union block *)piece;
  piece += bytes;
  return block;
}

void *malloc(size_t bytes) {
  if (bytes > PTRDIFF_MAX - HEAD) return errno = ENOMEM, NULL;
  unsigned log2 = LEAST_LOG2;
  while (log2 <= MOST_LOG2 && (size_t)1 << log2 < bytes + HEAD) ++log2;
  union block *block;
  if (log2 > MOST_LOG2) block = map(bytes + HEAD);
  else {
    pthread_mutex_lock(&lock);
    block = take(log2);
    pthread_mutex_unlock(&lock);
  }
  if (!block) return errno = ENOMEM, NULL;
  block->bytes = log2 > MOST_LOG2 ? bytes + HEAD : (size_t)1 << log2;
  return block->head + HEAD;
}

void free(void *at) {
  if (!at) return;
  union block *block = (union block *)((char *)at - HEAD);
  if (block->bytes > (size_t)1 << MOST_LOG2) {
    munmap(block, block->bytes);
    return;
  }
  unsigned log2 = (unsigned)__builtin_ctzl(block->bytes);
  pthread_mutex_lock(&lock);
  block->next = unused[log2];
  unused[log2] = block;
  pthread_mutex_unlock(&lock);
}

void *calloc(size_t count, size_t each) {
  size_t bytes;
  if (__builtin_mul_overflow(count, each, &bytes)) return errno = ENOMEM, NULL;
  void *at = malloc(bytes);
  return at ? memset(at, 0, bytes) : NULL;
}

void *realloc(void *at, size_t bytes) {
  size_t have = at ? ((union block *)((char *)at - HEAD))->bytes - HEAD : 0;
  if (at && bytes <= have) return at;
  void *more = malloc(bytes);
  if (more && at) memcpy(more, at, have);
  if (more) free(at);
  return more;
}
