#include "region.h"
#include "board.h"
#include "libc/libc.h"
#include "machine.h"
#include "page.h"

enum { RESERVATIONS = 1024 };

struct reservation {
  uintptr_t at;     /* where it is seen */
  uintptr_t frames; /* the RAM behind it: the same, but for a range below MODULE_HIGH */
  size_t bytes;
  size_t begun; /* pages below have permissions of their own, those above are as they were reserved */
  enum region_use use;
  uint32_t source;
};

static struct span ram;

/* In ascending order of frames. */
static struct reservation taken[RESERVATIONS];
static unsigned count;

static size_t bytes_of[REGION_USES];

void region_start(void) { ram = board_ram(); }

static bool page_multiple(uintptr_t value) { return value % BOARD_PAGE_BYTES == 0; }

/* The two below may be asked of any numbers: nothing in them wraps. */
static bool within(uintptr_t at, size_t bytes, uintptr_t start, size_t size) {
  return at >= start && at - start <= size && bytes <= size - (at - start);
}

static bool apart(uintptr_t a, size_t a_bytes, uintptr_t b, size_t b_bytes) {
  return a < b ? b - a >= a_bytes : a - b >= b_bytes;
}

/* Finds free frames, first fit. The answer is where in `taken` they belong, or -1. */
static int gap(size_t bytes, uintptr_t align, uintptr_t exact, uintptr_t *frames) {
  uintptr_t free = ram.start;
  for (unsigned i = 0; i <= count; i++) {
    uintptr_t end = i < count ? taken[i].frames : ram.start + ram.bytes;
    uintptr_t start = exact != REGION_ANYWHERE ? exact : (free + align - 1) & ~(align - 1);
    if (start >= free && within(start, bytes, free, end - free)) {
      *frames = start;
      return (int)i;
    }
    if (i < count) free = taken[i].frames + taken[i].bytes;
  }
  return -1;
}

static bool seen(uintptr_t at, size_t bytes) {
  for (unsigned i = 0; i < count; i++) {
    if (!apart(at, bytes, taken[i].at, taken[i].bytes)) return true;
  }
  return false;
}

uintptr_t region_reserve(size_t bytes, unsigned align_log2, uintptr_t exact, enum region_use use) {
  if (bytes == 0 || !page_multiple(bytes) || align_log2 >= sizeof(uintptr_t) * 8 || count == RESERVATIONS) return REGION_REFUSED;
  uintptr_t align = (uintptr_t)1 << align_log2;
  if (align < BOARD_PAGE_BYTES) align = BOARD_PAGE_BYTES;
  bool fixed = exact != REGION_ANYWHERE, window = fixed && within(exact, bytes, MODULE_LOW, MODULE_HIGH - MODULE_LOW);
  if (fixed && (!page_multiple(exact) || seen(exact, bytes))) return REGION_REFUSED;

  uintptr_t frames;
  int index = gap(bytes, align, window ? REGION_ANYWHERE : exact, &frames);
  if (index < 0) return REGION_REFUSED;
  uintptr_t at = window ? exact : frames;
  if (!board_map(at, frames, bytes, PF_R | PF_W)) return REGION_REFUSED;
  /* No second, writable way to what may become code. */
  if (window) board_map(frames, frames, bytes, 0);
  memset((void *)at, 0, bytes);

  memmove(&taken[index + 1], &taken[index], (count - (unsigned)index) * sizeof taken[0]);
  taken[index] = (struct reservation){.at = at, .frames = frames, .bytes = bytes, .use = use};
  count++;
  bytes_of[use] += bytes;
  return at;
}

uintptr_t region_reserve_within(uintptr_t start, size_t size, size_t bytes, unsigned align_log2, enum region_use use) {
  if (align_log2 >= sizeof(uintptr_t) * 8 || !page_multiple(bytes)) return REGION_REFUSED;
  uintptr_t align = (uintptr_t)1 << align_log2, step = align < BOARD_PAGE_BYTES ? BOARD_PAGE_BYTES : align;
  for (uintptr_t at = (start + step - 1) & ~(step - 1); within(at, bytes, start, size); at += step) {
    uintptr_t got = seen(at, bytes) ? REGION_REFUSED : region_reserve(bytes, align_log2, at, use);
    if (got != REGION_REFUSED) return got;
  }
  return REGION_REFUSED;
}

bool region_release(uintptr_t at, size_t bytes, enum region_use use) {
  for (unsigned i = 0; i < count; i++) {
    if (taken[i].at != at || taken[i].bytes != bytes || taken[i].use != use) continue;
    board_map(at, taken[i].frames, bytes, 0);
    count--;
    memmove(&taken[i], &taken[i + 1], (count - i) * sizeof taken[0]);
    bytes_of[use] -= bytes;
    return true;
  }
  return false;
}

/* A part of a module's reservation, in whole pages: what of it is named, and the reservation that holds it. */
struct part {
  struct reservation *of;
  size_t start, bytes; /* from the reservation's start */
};

static bool part_of(uintptr_t at, size_t bytes, struct part *part) {
  for (unsigned i = 0; i < count; i++) {
    if (taken[i].use != REGION_MODULE || !within(at, bytes, taken[i].at, taken[i].bytes)) continue;
    part->of = &taken[i];
    part->start = page_floor(at - taken[i].at);
    part->bytes = page_ceil(at - taken[i].at + bytes) - part->start;
    return true;
  }
  return false;
}

void region_fill(uintptr_t at, uint32_t source) {
  struct part part;
  if (part_of(at, 1, &part)) part.of->source = source;
}

uint32_t region_source(uintptr_t at) {
  struct part part;
  return part_of(at, 1, &part) ? part.of->source : 0;
}

static bool map(const struct reservation *of, size_t start, size_t bytes, unsigned prot) {
  return bytes == 0 || board_map(of->at + start, of->frames + start, bytes, prot);
}

bool region_begin(uintptr_t at, size_t bytes) {
  struct part part;
  if (!part_of(at, bytes, &part)) return false;
  struct reservation *of = part.of;
  if (part.start < of->begun) {
    size_t again = of->begun - part.start;
    if (!map(of, part.start, again < part.bytes ? again : part.bytes, PF_R | PF_W)) return false;
  } else if (!map(of, of->begun, part.start - of->begun, 0)) {
    return false;
  }
  if (part.start + part.bytes > of->begun) of->begun = part.start + part.bytes;
  return true;
}

bool region_protect(uintptr_t at, size_t bytes, unsigned prot) {
  struct part part;
  if ((prot & PF_W && prot & PF_X) || !part_of(at, bytes, &part)) return false;
  return map(part.of, part.start, part.bytes, prot);
}

size_t region_taken(enum region_use use) { return bytes_of[use]; }
