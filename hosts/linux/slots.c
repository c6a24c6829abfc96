/* Room for small images that keeps its pages when an image goes: to have them taken away and given again costs more than all else that a small
 * load asks of the kernel. There are two kinds of it. An image of a few pages is copied into the one, whole: it shares too little with other
 * processes to be worth a mapping. In the other, what of an image can be written to begins where that of the last one did, behind what is a
 * file's. Room that is free can be written to, and holds what was left in it. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include "host.h"

enum { SLOTS = 4, FRONT_BYTES = 17 << 14, MOST_FRONT = FRONT_BYTES / 2, TAIL_BYTES = 1 << 16, SLOT_BYTES = FRONT_BYTES + TAIL_BYTES };
enum { COPIES = 4, COPY_BYTES = 1 << 15, COPIES_AT = SLOTS * SLOT_BYTES, ROOM_BYTES = COPIES_AT + COPIES * COPY_BYTES };
static char *room;
static bool is_taken[SLOTS], has_copy[COPIES];

/* Some systems let nobody run what could be written to (SELinux's execmem, systemd's MemoryDenyWriteExecute): there nothing is copied. */
static bool copies;

/* Has a page without touching it: an exception costs more than a call. */
static void have_page(char *page) {
  if (madvise(page, page_bytes, MADV_POPULATE_READ) != 0) (void)*(volatile char *)page; /* Linux before 5.14 */
}

/* Pages that were touched leave the processor's tables one by one when they go, as long as the first and the last of them are no more than 33
 * pages apart; from there on all are forgotten at once, which costs as much as a few (tlb_single_page_flush_ceiling). So a front that is not
 * much smaller goes with a page that is as far in front of it. */
#if defined __x86_64__ || defined __i386__
enum { FAR = 34 << 12, GOES_WITH_FAR = 12 << 12 };
#else
enum { FAR = 0, GOES_WITH_FAR = FRONT_BYTES };
#endif

static bool is_writable(char *start, size_t bytes) { return mprotect(start, bytes, PROT_READ | PROT_WRITE) == 0; }

/* What gets other permissions than the rest is mostly one page: of another kind than its neighbours, it is not parted from them and joined with
 * them each time. */
static void set_apart(char *page) { madvise(page, page_bytes, MADV_NOHUGEPAGE); }

void slots_open(void) {
  if (FRONT_BYTES % page_bytes || TAIL_BYTES % page_bytes) return;
  char *got = mmap(NULL, ROOM_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (got == MAP_FAILED) return;
  for (unsigned i = 0; i < SLOTS; ++i) {
    char *tail = got + i * SLOT_BYTES + FRONT_BYTES;
    is_writable(tail, TAIL_BYTES);
    set_apart(tail);
  }
  char *first = got + COPIES_AT;
  for (size_t at = 0; at < COPIES * COPY_BYTES; at += 2 * page_bytes) set_apart(first + at);
  copies = is_writable(first, COPIES * COPY_BYTES) && mprotect(first, page_bytes, PROT_READ | PROT_EXEC) == 0 && is_writable(first, page_bytes);
  room = got;
}

void *slot_take(uint64_t front, uint64_t tail) {
  if (!room || front > MOST_FRONT || tail > TAIL_BYTES) return NULL;
  for (unsigned i = 0; i < SLOTS; ++i) {
    if (is_taken[i]) continue;
    is_taken[i] = true;
    char *start = room + i * SLOT_BYTES + FRONT_BYTES - front;
    if (front >= GOES_WITH_FAR) have_page(start - FAR);
    return start;
  }
  return NULL;
}

void slots_copy_no_more(void) { copies = false; }

void *slot_take_copy(uint64_t bytes) {
  if (!copies || bytes > COPY_BYTES) return NULL;
  for (unsigned i = 0; i < COPIES; ++i) {
    if (has_copy[i]) continue;
    has_copy[i] = true;
    return room + COPIES_AT + i * COPY_BYTES;
  }
  return NULL;
}

bool slot_holds(const void *start) { return room && addr_of(start) - addr_of(room) < ROOM_BYTES; }

bool slot_is_copy(const void *start) { return slot_holds(start) && (const char *)start >= room + COPIES_AT; }

static void give_copy(size_t offset) {
  if (is_writable(room + offset, COPY_BYTES)) has_copy[(offset - COPIES_AT) / COPY_BYTES] = false; /* else it is lost */
}

void slot_give(void *start, uint64_t front) {
  size_t offset = (size_t)((char *)start - room);
  if (offset >= COPIES_AT) {
    give_copy(offset);
    return;
  }
  unsigned i = (unsigned)(offset / SLOT_BYTES);
  char *slot = room + i * SLOT_BYTES, *tail = slot + FRONT_BYTES, *from = tail - front - (front >= GOES_WITH_FAR ? FAR : 0);
  bool is_empty = is_writable(tail, TAIL_BYTES);
  if (is_empty && front > 0) is_empty = mmap(from, (size_t)(tail - from), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
  if (is_empty) is_taken[i] = false;
  else munmap(slot, SLOT_BYTES); /* it is lost */
}
