/* Images in memory: one mapping of the whole file where its pages lie as the image wants them, and what differs laid over it. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "host.h"

/* By address: what to unmap is more than the core asked for where the file's own mapping serves. */
struct reservation {
  uint64_t addr, bytes;
  uint64_t front; /* of a slot: what is the file's */
  uint32_t source;
  struct reservation *next;
};

enum { BUCKETS = 1 << 10 };
static struct reservation *buckets[BUCKETS];

static struct reservation **bucket_of(uint64_t addr) { return &buckets[(addr >> 12) * 0x9e3779b1u >> 8 & (BUCKETS - 1)]; }

/* What was written there is not fetchable yet: text was opened, or copied. Whoever loads holds the lock. */
static bool is_stale;

/* A copy of this load does not get the permissions that it is to have. */
static bool is_refused;

/* Something of this load is not a copy: it can call what is. */
static bool is_mixed;

void image_begin(void) { is_stale = is_refused = is_mixed = false; }
bool image_is_refused(void) { return is_refused; }

struct range {
  uint64_t start, end;
};

static bool is_in(uint64_t at, const struct range *range) { return at >= range->start && at < range->end; }

/* Of the image that is being placed, whose segments come one after the other by address: the pages of the last one, and where zeros were laid
 * over the file's mapping, behind a large one too. */
static struct range last_placed, wiped;

/* Where its last segments are to lie, if they are few pages that can be written to; and what of the image is zeros that can be written to
 * already. */
static struct range tail, laid;

/* Where its last code is, if that is the file's own mapping. */
static struct range last_code;

/* Of its buffer: what is no longer there. Where more is to be moved than this holds, it is copied. */
enum { MOVED_MOST = 16 };
static struct range moved[MOVED_MOST];
static unsigned moved_count;

/* Copies get their permissions when all is written, and before anybody is told of them or calls them: those of a load together, as each call of
 * the kernel costs a tenth of what a small library does. */
enum { WAITING_MOST = 16 };
static struct permission {
  struct range range;
  int prot;
} waiting[WAITING_MOST];
static unsigned waiting_count;

static bool is_given(const struct range *range, int prot) { return mprotect(at(range->start), range->end - range->start, prot) == 0; }

/* Kept in the order of addresses. */
static bool let_wait(uint64_t start, uint64_t end, int prot) {
  if (waiting_count == WAITING_MOST) return false;
  unsigned i = waiting_count++;
  for (; i > 0 && waiting[i - 1].range.start > start; --i) waiting[i] = waiting[i - 1];
  waiting[i] = (struct permission){{start, end}, prot};
  return true;
}

/* What lies side by side becomes read-only at once, and what is to run is made so behind that. */
bool image_settle(void) {
  if (waiting_count == 0) return true;
  bool is_done = true;
  for (unsigned i = 0, next; i < waiting_count; i = next) {
    struct range all = waiting[i].range;
    for (next = i + 1; next < waiting_count && waiting[next].range.start == all.end; ++next) all.end = waiting[next].range.end;
    if (next > i + 1) is_done &= is_given(&all, PROT_READ);
    for (unsigned each = i; each < next; ++each) {
      if (next == i + 1 || waiting[each].prot != PROT_READ) is_done &= is_given(&waiting[each].range, waiting[each].prot);
    }
  }
  waiting_count = 0;
  is_refused |= !is_done;
  return is_done;
}

/* Where all of a load are copies, what lies elsewhere was there before them, and calls none of them. */
bool image_settle_for(uint64_t called) { return (!is_mixed && !slot_is_copy(at(called))) || image_settle(); }

/* It goes before it was settled. */
static void stop_waiting(uint64_t start, uint64_t end) {
  unsigned kept = 0;
  for (unsigned i = 0; i < waiting_count; ++i) {
    if (waiting[i].range.start < start || waiting[i].range.start >= end) waiting[kept++] = waiting[i];
  }
  waiting_count = kept;
}

static void forget_placed(void) {
  last_placed = wiped = tail = laid = last_code = (struct range){0, 0};
  moved_count = 0;
}

static int prot_of(uint32_t flags) {
  return (flags & LW_PF_R ? PROT_READ : 0) | (flags & LW_PF_W ? PROT_WRITE : 0) | (flags & LW_PF_X ? PROT_EXEC : 0);
}

/* So few pages are had at once: a call for all of them costs less than a fault for each. */
enum { FEW_PAGES = 16, MOST_POPULATED = 2 * FEW_PAGES };

/* Large pages: one fault instead of 512. */
enum { LARGE_LOG2 = 21 };
#define LARGE_BYTES ((uint64_t)1 << LARGE_LOG2)

void *image_range(size_t *bytes, uint64_t large) {
  if (page_bytes << 9 != LARGE_BYTES) return NULL;
  uint64_t wanted = large + ((*bytes - large + LARGE_BYTES - 1) & -LARGE_BYTES);
  char *got = mmap(NULL, wanted + LARGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED) return NULL;
  uint64_t skip = -(addr_of(got) + large) & (LARGE_BYTES - 1);
  if (skip > 0) munmap(got, skip);
  if (skip < LARGE_BYTES) munmap(got + skip + wanted, LARGE_BYTES - skip);
  *bytes = wanted;
  return got + skip;
}

/* A range of nothing, at a multiple of the alignment. If it is to be filled with few pages, they are there at once. */
static void *range_of(uint64_t bytes, uint32_t align_log2, bool is_filled) {
  uint64_t align = UINT64_C(1) << align_log2, room = align > page_bytes ? bytes + align : bytes;
  if (room < bytes || room > SIZE_MAX) return MAP_FAILED;
  if (is_filled && room == bytes && bytes <= FEW_PAGES * page_bytes) {
    char *zeros = slot_take(0, bytes);
    if (zeros) memset(zeros, 0, bytes);
    else zeros = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (zeros != MAP_FAILED) laid = (struct range){addr_of(zeros), addr_of(zeros) + bytes};
    return zeros;
  }
  char *got = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED || room == bytes) return got;
  char *start = at((addr_of(got) + align - 1) & -align);
  if (start > got) munmap(got, (size_t)(start - got));
  if (start + bytes < got + room) munmap(start + bytes, (size_t)(got + room - (start + bytes)));
  return start;
}

/* The highest range of nothing below an address, as far as few tries find one. */
static void *range_below(uint64_t bytes, uint32_t align_log2, uint64_t highest) {
  enum { TRIES = 4096, LOWEST = 1 << 16 };
  const uint64_t align = UINT64_C(1) << align_log2, step = align > 1 << 20 ? align : 1 << 20;
  if (highest < bytes) return MAP_FAILED;
  uint64_t start = (highest + 1 - bytes) & -(align > page_bytes ? align : page_bytes);
  for (unsigned i = 0; i < TRIES && start >= LOWEST; ++i, start = start > step ? (start - step) & -align : 0) {
    void *got = mmap(at(start), bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == at(start)) return got;
    if (got != MAP_FAILED) munmap(got, bytes); /* a kernel older than MAP_FIXED_NOREPLACE */
  }
  return MAP_FAILED;
}

/* True if the file's own mapping is where its image can be. */
static bool serves(struct file *file, uint64_t bytes, uint32_t align_log2) {
  return view_map(file) && file->look->map && !file->look->is_taken && file->look->is_image && bytes <= file->look->map_bytes && !(addr_of(file->look->map) & ((UINT64_C(1) << align_log2) - 1));
}

uint64_t image_reserve(struct file *file, uint64_t bytes, uint32_t align_log2, uint64_t exact, uint64_t highest) {
  if (align_log2 > 40 || bytes > SIZE_MAX / 2) return LW_REFUSED;
  forget_placed();
  struct reservation *made = malloc(sizeof *made);
  if (!made) return LW_REFUSED;
  *made = (struct reservation){.bytes = bytes, .source = file ? file->source : 0};
  void *start = MAP_FAILED;
  if (exact != LW_NONE) start = mmap(at(exact), bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  else if (highest != LW_NONE && (start = range_below(bytes, align_log2, highest)) != MAP_FAILED) {
    // Code that wants to be there has its place.
  } else if (file && serves(file, bytes, align_log2)) {
    start = file->look->map;
    made->bytes = file->look->map_bytes;
    made->front = file->look->tail;
    file->look->is_taken = true;
    tail = (struct range){addr_of(start) + file->look->tail, addr_of(start) + bytes};
    if (file->look->is_copied) {
      memset(start, 0, bytes);
      laid = tail;
    }
    if (tail.start >= tail.end || tail.end - tail.start > FEW_PAGES * page_bytes) tail.end = tail.start;
  } else start = range_of(bytes, align_log2, file && file->is_memory && !file->is_adoptable);
  if (start != MAP_FAILED && exact != LW_NONE && addr_of(start) != exact) {
    munmap(start, bytes); /* a kernel older than MAP_FIXED_NOREPLACE */
    start = MAP_FAILED;
  }
  if (start == MAP_FAILED) {
    free(made);
    return LW_REFUSED;
  }
  made->addr = addr_of(start);
  if (file && file->look->is_copied && start != file->look->map) file->look->is_copied = false; /* it had to be elsewhere */
  struct reservation **bucket = bucket_of(made->addr);
  made->next = *bucket;
  *bucket = made;
  if (file) {
    ++file->uses;
    if (!file->is_memory && !file->look->is_copied) guard_watch(file);
  }
  is_mixed |= !file || !file->look->is_copied;
  return made->addr;
}

void image_unmap(void *start, uint64_t bytes, uint64_t front) {
  if (slot_holds(start)) slot_give(start, front);
  else munmap(start, bytes);
}

void image_release(uint64_t addr, uint64_t bytes) {
  (void)bytes;
  struct reservation **link = bucket_of(addr);
  while (*link && (*link)->addr != addr) link = &(*link)->next;
  struct reservation *gone = *link;
  if (!gone) return;
  *link = gone->next;
  if (waiting_count > 0) stop_waiting(gone->addr, gone->addr + gone->bytes);
  image_unmap(at(gone->addr), gone->bytes, gone->front);
  struct file *file = file_at(gone->source);
  free(gone);
  if (!file) return;
  --file->uses;
  lw_source_close(file->source);
}

static bool anonymous(uint64_t start, uint64_t end, int prot, int flags) {
  return mmap(at(start), end - start, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags, -1, 0) != MAP_FAILED;
}

/* Some of it was read before. */
static bool read_into(struct file *file, uint64_t addr, uint64_t offset, uint64_t bytes) {
  const char *from = file->is_memory ? file->buffer + offset : view_known(file, offset, bytes);
  if (from) memcpy(at(addr), from, bytes);
  return from || pread(file_number(file), at(addr), bytes, (off_t)offset) == (ssize_t)bytes;
}

/* The bytes are copied: the file's pages do not lie as the machine's do, or there is no file, or they are few and will be written to. */
static bool copy(struct file *file, uint64_t addr, uint64_t offset, uint64_t file_bytes, uint64_t end, int prot) {
  uint64_t start = page_down(addr);
  bool is_laid = start >= laid.start && end <= laid.end;
  if (!(is_laid || anonymous(start, end, PROT_READ | PROT_WRITE, 0)) || !read_into(file, addr, offset, file_bytes)) return false;
  if (prot & PROT_EXEC) is_stale = true;
  return prot == (PROT_READ | PROT_WRITE) || (file->look->is_copied && let_wait(start, end, prot)) || mprotect(at(start), end - start, prot) == 0;
}

/* All that can be written to is one range of zeros, and what is in front of it is had at once, too: all of it if it is little, or tables and
 * code, which will be looked at and run, with a fault for every sixteen pages. */
static bool lay_tail(uint64_t start, const struct file *file) {
  uint64_t first = addr_of(file->look->map), end = start - first > FEW_PAGES * page_bytes && is_in(last_code.start, &(struct range){first, start}) ? last_code.end : start;
  if (slot_holds(file->look->map)) memset(at(start), 0, tail.end - start);
  else if (!anonymous(start, tail.end, PROT_READ | PROT_WRITE, MAP_POPULATE)) return false;
  laid = (struct range){start, tail.end};
  if (end > first && end - first <= MOST_POPULATED * page_bytes) madvise(file->look->map, end - first, MADV_POPULATE_READ);
  return true;
}

/* Most of it will be written to: it is read into large pages, which cost less than as many small ones that are copied when they are
 * written to. */
static bool read_large(struct file *file, uint64_t addr, uint64_t offset, uint64_t file_bytes, uint64_t end, int prot) {
  uint64_t start = page_down(addr), large_end = (end + LARGE_BYTES - 1) & -LARGE_BYTES, room = addr_of(file->look->map) + file->look->map_bytes;
  if (large_end > room) large_end = end;
  if (!anonymous(start, large_end, PROT_READ | PROT_WRITE, 0)) return false;
  wiped = (struct range){start, large_end};
  madvise(at(start), large_end - start, MADV_HUGEPAGE);
  if (pread(file_number(file), at(addr), file_bytes, (off_t)offset) != (ssize_t)file_bytes) return false;
  return prot == (PROT_READ | PROT_WRITE) || mprotect(at(start), end - start, prot) == 0;
}

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

/* Pages of a buffer that was given for good (LW_TAKE). Zeros take their place, so that nothing is missing there until all of the buffer goes;
 * kernels before 5.7 can't do that, and copy. */
static bool moves(struct file *file, const char *from, uint64_t first, uint64_t last) {
  if (!file->is_adoptable || moved_count == MOVED_MOST || first >= last || addr_of(from) % page_bytes != 0) return false;
  return mremap((char *)from, last - first, last - first, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, at(first)) != MAP_FAILED;
}

/* True if another segment has some of these bytes of the buffer. */
static bool is_moved(uint64_t offset, uint64_t end) {
  for (unsigned i = 0; i < moved_count; ++i) {
    if (offset < moved[i].end && end > moved[i].start) return true;
  }
  return false;
}

/* Of a buffer: what can be moved is, and the ends of segments, which share pages, are copied. */
static bool place_memory(struct file *file, uint64_t addr, uint64_t offset, uint64_t file_bytes, uint64_t end, int prot) {
  const char *from = file->buffer + offset;
  uint64_t start = page_down(addr), first = page_up(addr), last = page_down(addr + file_bytes);
  if (is_moved(offset, offset + file_bytes)) return false;
  if (!moves(file, from + (first - addr), first, last)) return copy(file, addr, offset, file_bytes, end, prot);
  moved[moved_count++] = (struct range){offset + (first - addr), offset + (last - addr)};
  if (first > start && mprotect(at(start), first - start, PROT_READ | PROT_WRITE) != 0) return false;
  if (end > last && mprotect(at(last), end - last, PROT_READ | PROT_WRITE) != 0) return false;
  memcpy(at(addr), from, first - addr);
  memcpy(at(last), from + (last - addr), addr + file_bytes - last);
  is_stale = true;
  return mprotect(at(start), end - start, prot) == 0;
}

/* Writing to so many pages one after the other costs more than having the kernel see to all of them at once. */
enum { POPULATE_PAGES = 3 };

/* What the linker makes of objects it writes to at once, all of it. Zeros may be many more, and those are not: there is no more to write than files hold. */
static bool is_written(const struct file *file, uint64_t bytes, int prot) {
  return file && !file->look->is_image && !file->is_memory && prot & PROT_WRITE && (bytes <= FEW_PAGES * page_bytes || bytes <= file->bytes);
}

static bool place(struct file *file, uint64_t addr, uint64_t offset, uint64_t file_bytes, uint64_t mem_bytes, int prot) {
  uint64_t start = page_down(addr), lead = addr - start, file_end = addr + file_bytes, end = page_up(addr + mem_bytes);
  if (prot == (PROT_READ | PROT_WRITE) && is_in(start, &tail) && laid.end == 0 && !lay_tail(start, file)) return false;
  bool is_laid = start >= laid.start && end <= laid.end;
  if (file_bytes == 0) return is_laid && prot == (PROT_READ | PROT_WRITE) ? true : anonymous(start, end, prot, is_written(file, end - start, prot) ? MAP_POPULATE : 0);
  if (file->is_memory) return place_memory(file, addr, offset, file_bytes, end, prot);
  if (is_laid) return copy(file, addr, offset, file_bytes, end, prot);
  if (offset < lead || (offset - lead) % page_bytes != 0) return copy(file, addr, offset, file_bytes, end, prot);
  if (prot & PROT_WRITE && file_bytes >= IMAGE_LARGE_BYTES && file->look->is_taken && (start & (LARGE_BYTES - 1)) == 0) return read_large(file, addr, offset, file_bytes, end, prot);
  uint64_t placed = page_up(file_end);
  bool is_there = file->look->is_taken && !is_in(start, &wiped) && start - addr_of(file->look->map) == offset - lead;
  bool clears = mem_bytes > file_bytes && file_end < placed;
  int wanted = clears ? prot | PROT_WRITE : prot;
  if (is_there) {
    // Where no mapping becomes code that was none, it is made anew.
    if (wanted != PROT_READ && mprotect(at(start), placed - start, wanted) != 0
        && mmap(at(start), placed - start, wanted, MAP_PRIVATE | MAP_FIXED, file_number(file), (off_t)(offset - lead)) == MAP_FAILED) return false;
    if (prot & PROT_EXEC) last_code = (struct range){start, placed};
    if (prot & PROT_WRITE && placed - start >= POPULATE_PAGES * page_bytes) madvise(at(start), placed - start, MADV_POPULATE_WRITE);
  } else {
    int populates = prot & PROT_WRITE ? MAP_POPULATE : 0;
    if (mmap(at(start), placed - start, wanted, MAP_PRIVATE | MAP_FIXED | populates, file_number(file), (off_t)(offset - lead)) == MAP_FAILED) return false;
  }
  if (clears) memset(at(file_end), 0, (addr + mem_bytes < placed ? addr + mem_bytes : placed) - file_end);
  if (wanted != prot && mprotect(at(start), placed - start, prot) != 0) return false;
  if (prot & PROT_WRITE && prot & PROT_EXEC) is_stale = true;
  return placed >= end || anonymous(placed, end, prot, 0);
}

/* The page that a segment begins in is the one that the last ended in: what is there stays, and this segment's bytes and zeros are added. */
static bool add(struct file *file, uint64_t addr, uint64_t offset, uint64_t file_bytes, uint64_t mem_bytes, int prot) {
  uint64_t start = page_down(addr);
  if (!image_settle()) return false;
  if (mprotect(at(start), page_bytes, PROT_READ | PROT_WRITE) != 0) return false;
  if (file_bytes > 0 && file->is_memory && is_moved(offset, offset + file_bytes)) return false;
  if (file_bytes > 0 && !read_into(file, addr, offset, file_bytes)) return false;
  memset(at(addr + file_bytes), 0, mem_bytes - file_bytes);
  is_stale = true;
  return mprotect(at(start), page_bytes, prot) == 0;
}

bool image_place(struct file *file, uint64_t addr, uint64_t offset, uint64_t file_bytes, uint64_t mem_bytes, uint32_t flags) {
  int prot = prot_of(flags);
  uint64_t start = page_down(addr), end = page_up(addr + mem_bytes);
  if (file_bytes > 0) {
    if (!file) return false;
    LOG(LW_LEVEL_TRACE, "%s: bytes %llu to %llu are at %#llx, %c%c%c", file->path, (unsigned long long)offset, (unsigned long long)(offset + file_bytes), (unsigned long long)addr,
        flags & LW_PF_R ? 'r' : '-', flags & LW_PF_W ? 'w' : '-', flags & LW_PF_X ? 'x' : '-');
  }
  if (is_in(start, &last_placed)) {
    uint64_t room = start + page_bytes - addr, in_memory = mem_bytes < room ? mem_bytes : room, of_file = file_bytes < in_memory ? file_bytes : in_memory;
    if (!add(file, addr, offset, of_file, in_memory, prot)) return false;
    addr += in_memory;
    offset += of_file;
    file_bytes -= of_file;
    mem_bytes -= in_memory;
  }
  last_placed = (struct range){start, end};
  return mem_bytes == 0 || place(file, addr, offset, file_bytes, mem_bytes, prot);
}

bool image_protect(uint64_t addr, uint64_t bytes, uint32_t flags) {
  if (flags & LW_PF_X) is_stale = true; /* it was writable up to now */
  if (waiting_count > 0 && prot_of(flags) == PROT_READ && slot_is_copy(at(addr)) && let_wait(addr, addr + bytes, PROT_READ)) return true;
  return image_settle() && mprotect(at(addr), bytes, prot_of(flags)) == 0;
}

/* What the kernel maps of a file is fetchable as it is. */
void image_sync(uint64_t addr, uint64_t bytes) {
  if (!is_stale) return;
  __builtin___clear_cache(at(addr), (char *)at(addr) + bytes);
}
