/* Room for small images that keeps its pages when an image goes: to have them taken away and given again costs more than all else that a small
 * load asks of the kernel. A free slot can be written to, and holds what was left in it. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include "host.h"

enum { SLOTS = 4, SLOT_BYTES = 3 << 14 };
static char *room;
static bool is_taken[SLOTS];

void slots_open(void) {
  void *got = SLOT_BYTES % page_bytes ? MAP_FAILED : mmap(NULL, SLOTS * SLOT_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (got != MAP_FAILED) room = got;
}

void *slot_take(uint64_t bytes) {
  for (unsigned i = 0; room && bytes <= SLOT_BYTES && i < SLOTS; ++i) {
    if (is_taken[i]) continue;
    is_taken[i] = true;
    return room + i * SLOT_BYTES;
  }
  return NULL;
}

bool slot_holds(const void *start) { return room && addr_of(start) - addr_of(room) < SLOTS * SLOT_BYTES; }

void slot_give(void *start, uint64_t front) {
  bool is_empty = front == 0 || mmap(start, front, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
  is_empty = is_empty && mprotect((char *)start + front, SLOT_BYTES - front, PROT_READ | PROT_WRITE) == 0;
  if (is_empty) is_taken[((char *)start - room) / SLOT_BYTES] = false;
  else munmap(start, SLOT_BYTES); /* it is lost */
}
