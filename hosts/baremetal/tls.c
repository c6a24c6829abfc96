#include "tls.h"
#include "libc/libc.h"
#include "machine.h"
#include "page.h"
#include "region.h"
#include "threads.h"

/* RESERVE_BYTES is the same on all hosts. A thread's memory is two halves of it around the thread pointer: variables of
 * fixed offset in one, and the addresses of all blocks in the other, so that one instruction finds one. */
enum {
  RESERVE_BYTES = 4096,
  NUMBERS = 480
};
_Static_assert(BOARD_TLS_BELOW ? BOARD_TLS_BLOCKS_AT + NUMBERS * sizeof(void *) <= RESERVE_BYTES
                               : BOARD_TLS_BLOCKS_AT == -RESERVE_BYTES && NUMBERS * sizeof(void *) + 64 <= RESERVE_BYTES,
               "room for the addresses, and for the words that board_thread() writes");

/* By number; 0 stands for no block. */
static struct block {
  uint32_t module; /* 0: the number is free */
  struct tls_wish wish;
  intptr_t offset; /* TLS_NOWHERE: each thread has it elsewhere */
  size_t reach;    /* how far from the thread pointer its farthest byte is; 0 for one elsewhere */
} blocks[NUMBERS];

static uintptr_t threads[THREADS];
static unsigned thread_count;

/* ---- where blocks lie in the reserve ---- */

static uint64_t round_up(uint64_t value, uint64_t align) { return (value + align - 1) & ~(align - 1); }

/* docs/abi.md. Blocks of this size cannot wrap in 64 bits. */
static void settle(struct block *block) {
  uint64_t used = BOARD_TLS_CONTROL_BYTES, bytes = block->wish.bytes, align = block->wish.align, skew = block->wish.skew;
  block->offset = TLS_NOWHERE;
  block->reach = 0;
  if (bytes > RESERVE_BYTES || align > RESERVE_BYTES) return;
  for (unsigned i = 1; i < NUMBERS; i++) {
    if (blocks[i].module && blocks[i].reach > used) used = blocks[i].reach;
  }
  uint64_t distance = BOARD_TLS_BELOW ? round_up(used + bytes + skew, align) - skew : round_up(used - skew, align) + skew;
  uint64_t reach = BOARD_TLS_BELOW ? distance : distance + bytes;
  if (reach > RESERVE_BYTES) return;
  block->offset = BOARD_TLS_BELOW ? -(intptr_t)distance : (intptr_t)distance;
  block->reach = (size_t)reach;
}

/* ---- blocks of a thread ---- */

static uintptr_t *address_of(uintptr_t thread, unsigned number) {
  return (uintptr_t *)(thread + BOARD_TLS_BLOCKS_AT) + number;
}

/* Gives a thread its block of this number, zeros. */
static bool add(uintptr_t thread, unsigned number) {
  const struct block *block = &blocks[number];
  uintptr_t at = thread + (uintptr_t)block->offset;
  if (block->offset == TLS_NOWHERE) {
    size_t room;
    if (__builtin_add_overflow(block->wish.bytes, block->wish.skew, &room)) return false;
    at = (uintptr_t)aligned_alloc(block->wish.align, room ? room : 1);
    if (!at) return false;
    at += block->wish.skew;
  }
  memset((void *)at, 0, block->wish.bytes);
  *address_of(thread, number) = at;
  return true;
}

static void start(uintptr_t thread, unsigned number) {
  const struct tls_wish *wish = &blocks[number].wish;
  memcpy((void *)*address_of(thread, number), (const void *)wish->image, wish->file_bytes);
}

static void drop(uintptr_t thread, unsigned number) {
  uintptr_t *address = address_of(thread, number);
  if (*address && blocks[number].offset == TLS_NOWHERE) free((void *)(*address - blocks[number].wish.skew));
  *address = 0;
}

static size_t thread_bytes(void) { return page_ceil(2 * RESERVE_BYTES); }

static void release(uintptr_t thread) { region_release(thread - RESERVE_BYTES, thread_bytes(), REGION_IMAGE); }

uintptr_t thread_new(void) {
  if (thread_count == THREADS) return 0;
  uintptr_t memory = region_reserve(thread_bytes(), 0, REGION_ANYWHERE, REGION_IMAGE);
  if (memory == REGION_REFUSED) return 0;
  uintptr_t thread = memory + RESERVE_BYTES;
  for (unsigned i = 1; i < NUMBERS; i++) {
    if (!blocks[i].module) continue;
    if (add(thread, i)) {
      start(thread, i);
      continue;
    }
    while (--i > 0) drop(thread, i);
    release(thread);
    return 0;
  }
  return threads[thread_count++] = thread;
}

void thread_free(uintptr_t thread) {
  for (unsigned i = 1; i < NUMBERS; i++) drop(thread, i);
  release(thread);
  for (unsigned i = 0; i < thread_count; i++) {
    if (threads[i] == thread) threads[i] = threads[--thread_count];
  }
}

/* ---- blocks of a module ---- */

unsigned tls_number(uint32_t module) {
  for (unsigned i = 1; i < NUMBERS; i++) {
    if (blocks[i].module == module) return i;
  }
  return 0;
}

bool tls_reserve(uint32_t module, const struct tls_wish *wish) {
  unsigned number = tls_number(0);
  if (number == 0) return false;
  struct block *block = &blocks[number];
  block->wish = *wish;
  settle(block);
  block->module = module;
  for (unsigned i = 0; i < thread_count; i++) {
    if (add(threads[i], number)) continue;
    tls_release(module);
    return false;
  }
  return true;
}

void tls_start(uint32_t module) {
  unsigned number = tls_number(module);
  for (unsigned i = 0; number && i < thread_count; i++) start(threads[i], number);
}

void tls_release(uint32_t module) {
  unsigned number = module ? tls_number(module) : 0;
  if (number == 0) return;
  for (unsigned i = 0; i < thread_count; i++) drop(threads[i], number);
  blocks[number].module = 0;
}

intptr_t tls_offset(unsigned number) { return blocks[number].offset; }
