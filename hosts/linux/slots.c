/* Room for small images that keeps its pages when an image goes: to have them taken away and given again costs more than all else that a small
 * load asks of the kernel. What of an image can be written to begins where that of the last one did, behind what is a file's. A free slot can be
 * written to, and holds what was left in it. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include "host.h"

enum { SLOTS = 4, FRONT_BYTES = 17 << 14, MOST_FRONT = FRONT_BYTES / 2, TAIL_BYTES = 1 << 16, SLOT_BYTES = FRONT_BYTES + TAIL_BYTES };
static char *room;
static bool is_taken[SLOTS];

/* Pages that were touched leave the processor's tables one by one when they go, as long as the first and the last of them are no more than 33
 * pages apart; from there on all are forgotten at once, which costs as much as a few (tlb_single_page_flush_ceiling). So a front that is not
 * much smaller goes with a page that is as far in front of it. */
#if defined __x86_64__ || defined __i386__
enum { FAR = 34 << 12, GOES_WITH_FAR = 12 << 12 };
#else
enum { FAR = 0, GOES_WITH_FAR = FRONT_BYTES };
#endif

void slots_open(void) {
  if (FRONT_BYTES % page_bytes || TAIL_BYTES % page_bytes) return;
  char *got = mmap(NULL, SLOTS * SLOT_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (got == MAP_FAILED) return;
  for (unsigned i = 0; i < SLOTS; ++i) {
    char *tail = got + i * SLOT_BYTES + FRONT_BYTES;
    mprotect(tail, TAIL_BYTES, PROT_READ | PROT_WRITE);
    // What becomes read-only is mostly one page: of another kind than the rest, it is not parted from that and joined again each time.
    madvise(tail, page_bytes, MADV_NOHUGEPAGE);
  }
  room = got;
}

void *slot_take(uint64_t front, uint64_t tail) {
  if (!room || front > MOST_FRONT || tail > TAIL_BYTES) return NULL;
  for (unsigned i = 0; i < SLOTS; ++i) {
    if (is_taken[i]) continue;
    is_taken[i] = true;
    char *start = room + i * SLOT_BYTES + FRONT_BYTES - front;
    if (front >= GOES_WITH_FAR) (void)*(volatile char *)(start - FAR);
    return start;
  }
  return NULL;
}

bool slot_holds(const void *start) { return room && addr_of(start) - addr_of(room) < SLOTS * SLOT_BYTES; }

void slot_give(void *start, uint64_t front) {
  unsigned i = (unsigned)(((char *)start - room) / SLOT_BYTES);
  char *slot = room + i * SLOT_BYTES, *tail = slot + FRONT_BYTES, *from = tail - front - (front >= GOES_WITH_FAR ? FAR : 0);
  bool is_empty = mprotect(tail, TAIL_BYTES, PROT_READ | PROT_WRITE) == 0;
  if (is_empty && front > 0) is_empty = mmap(from, (size_t)(tail - from), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
  if (is_empty) is_taken[i] = false;
  else munmap(slot, SLOT_BYTES); /* it is lost */
}
