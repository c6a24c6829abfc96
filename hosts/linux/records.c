#define _GNU_SOURCE
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "records.h"

/* ---- the records: in one range of addresses that stays, so that a handle is known to be one without asking anybody ---- */

enum { RECORDS = 1 << 16, RESTING = 64 };

static struct room {
  struct record records[RECORDS];
  /* By address: the numbers of records in order, twice. One side is looked at while the other is written: even a signal's handler that
   * interrupts that finds one that is whole. */
  _Atomic uint16_t order[RECORDS][2];
} *room; /* untouched pages cost nothing */
static unsigned used;
/* Those that are free again rest in line for a while: a handle of one that was closed stays unknown that long. */
static struct record *free_first, *free_last;
static unsigned free_count;

static struct record *take(void) {
  if (!room) {
    struct room *got = mmap(NULL, sizeof *got, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED) return NULL;
    __atomic_store_n(&room, got, __ATOMIC_RELEASE);
  }
  struct record *taken = free_first;
  if (taken && (free_count > RESTING || used == RECORDS)) {
    free_first = taken->free_next;
    --free_count;
    return taken;
  }
  return used < RECORDS ? &room->records[used++] : NULL;
}

static void give(struct record *record) {
  if (record->has_own_headers) free((void *)record->headers);
  record->headers = NULL;
  record->header_count = 0;
  record->free_next = NULL;
  if (free_count++) free_last->free_next = record;
  else free_first = record;
  free_last = record;
}

/* ---- what the system's linker loaded, by its link map; it stays ---- */

enum { LENT = 1 << 13 };
static _Atomic(struct record *) lent[LENT];

static unsigned lent_slot(const void *map) { return (unsigned)((uintptr_t)map / 16 * 0x9e3779b1u >> 8) % LENT; }

static struct record *lent_of(const void *map) {
  struct record *each;
  for (unsigned slot = lent_slot(map); (each = atomic_load_explicit(&lent[slot], memory_order_acquire)); slot = (slot + 1) % LENT) {
    if (each->real == map) return each;
  }
  return NULL;
}

static bool lend(struct record *record) {
  static unsigned count;
  if (count == LENT / 2) return false;
  ++count;
  unsigned slot = lent_slot(record->real);
  while (atomic_load_explicit(&lent[slot], memory_order_relaxed)) slot = (slot + 1) % LENT;
  atomic_store_explicit(&lent[slot], record, memory_order_release);
  return true;
}

struct record *record_of(const void *handle) {
  struct room *there = __atomic_load_n(&room, __ATOMIC_ACQUIRE);
  uintptr_t offset = (uintptr_t)handle - (uintptr_t)there;
  if (__builtin_expect(there && offset < sizeof there->records, 1)) {
    struct record *record = &there->records[offset / sizeof *record];
    return record == handle && __atomic_load_n(&record->module, __ATOMIC_ACQUIRE) && !record->real ? record : NULL;
  }
  return lent_of(handle);
}

/* ---- by address ---- */

static _Atomic unsigned counts[2];
static atomic_uint turn;

struct record *record_at(uintptr_t address) {
  struct room *there = __atomic_load_n(&room, __ATOMIC_ACQUIRE);
  if (!there) return NULL;
  for (;;) {
    unsigned seen = atomic_load_explicit(&turn, memory_order_acquire);
    struct record *found = NULL;
    unsigned side = seen & 1, low = 0, high = atomic_load_explicit(&counts[side], memory_order_relaxed);
    while (low < high) {
      unsigned middle = (low + high) / 2;
      struct record *record = &there->records[atomic_load_explicit(&there->order[middle][side], memory_order_relaxed)];
      if (address < atomic_load_explicit(&record->start, memory_order_relaxed)) high = middle;
      else if (address >= atomic_load_explicit(&record->end, memory_order_relaxed)) low = middle + 1;
      else {
        found = record;
        break;
      }
    }
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load_explicit(&turn, memory_order_relaxed) == seen) return found;
  }
}

/* Writes one side without a record, or with another, and turns to it. A record that is used again was in neither side since the turn before:
 * who still reads its old range will see that there was a turn. */
static void rewrite(const struct record *gone, struct record *come, uintptr_t start, uintptr_t end) {
  unsigned from = atomic_load_explicit(&turn, memory_order_relaxed) & 1, to = from ^ 1, written = 0;
  unsigned count = atomic_load_explicit(&counts[from], memory_order_relaxed);
  atomic_thread_fence(memory_order_release);
  if (come) {
    atomic_store_explicit(&come->start, start, memory_order_relaxed);
    atomic_store_explicit(&come->end, end, memory_order_relaxed);
  }
#define APPEND(record) atomic_store_explicit(&room->order[written++][to], (uint16_t)((record) - room->records), memory_order_relaxed)
  for (unsigned i = 0; i < count; ++i) {
    const struct record *each = &room->records[atomic_load_explicit(&room->order[i][from], memory_order_relaxed)];
    if (come && start < atomic_load_explicit(&each->start, memory_order_relaxed)) {
      APPEND(come);
      come = NULL;
    }
    if (each != gone) APPEND(each);
  }
  if (come) APPEND(come);
#undef APPEND
  atomic_store_explicit(&counts[to], written, memory_order_relaxed);
  atomic_fetch_add_explicit(&turn, 1, memory_order_release);
}

/* ---- the list of what we loaded ---- */

static struct record *first, *last;
_Atomic unsigned long long records_added, records_removed;

struct record *records_first(void) { return first; }

static void append(struct record *record) {
  record->map.l_prev = last ? &last->map : NULL;
  record->map.l_next = NULL;
  if (last) last->map.l_next = &record->map;
  else first = record;
  last = record;
}

static void unlink_record(struct record *record) {
  struct record *before = (struct record *)record->map.l_prev, *next = records_next(record);
  if (before) before->map.l_next = record->map.l_next;
  else first = next;
  if (next) next->map.l_prev = record->map.l_prev;
  else last = before;
}

struct record *record_of_source(uint32_t context, uint32_t source) {
  for (struct record *each = first; each; each = records_next(each)) {
    if (each->source == source && each->context == context && !each->is_copy) return each;
  }
  for (unsigned i = 0; i < LENT; ++i) {
    struct record *each = atomic_load_explicit(&lent[i], memory_order_relaxed);
    if (each && each->source == source && each->context == context) return each;
  }
  return NULL;
}

/* ---- modules come and go ---- */

static void *pointer(uint64_t addr) { return addr == LW_NONE ? NULL : at(addr); }

/* Where the file's headers are not in memory: as it has them. */
static void copy_headers(struct record *record) {
  ElfW(Phdr) *headers = calloc(record->header_count, sizeof *headers);
  if (!headers) record->header_count = 0;
  for (uint32_t i = 0; i < record->header_count; ++i) {
#define FIELD(field) core_entry(record->module, LW_LIST_PHDR, i, field)
    headers[i] = (ElfW(Phdr)){
      .p_type = (uint32_t)FIELD(LW_FIELD_TYPE), .p_flags = (uint32_t)FIELD(LW_FIELD_FLAGS), .p_offset = FIELD(LW_FIELD_OFFSET),
      .p_vaddr = FIELD(LW_FIELD_VADDR), .p_paddr = FIELD(LW_FIELD_VADDR), .p_filesz = FIELD(LW_FIELD_FILE_BYTES),
      .p_memsz = FIELD(LW_FIELD_BYTES), .p_align = FIELD(LW_FIELD_ALIGN),
    };
#undef FIELD
  }
  record->headers = headers;
  record->has_own_headers = true;
}

static void published(uint32_t module) {
  uint32_t source = (uint32_t)core_value(module, LW_FIELD_SOURCE);
  struct file *file = file_at(source);
  struct link_map *real = file && file->bias != LW_NONE ? adopted_map(module) : NULL;
  // A context of its own has the process's libraries under handles of its own; they are where they are.
  if (real && lent_of(real)) return;
  struct record *record = take();
  if (!record) return LOG(LW_LEVEL_WARN, "no memory to tell others where %s is", file ? file->path : "a module");
  struct record made = {
    .map = {.l_addr = (uintptr_t)core_value(module, LW_FIELD_BIAS), .l_name = file ? file->path : (char *)"", .l_ld = pointer(core_value(module, LW_FIELD_DYNAMIC))},
    .real = real, .context = (uint32_t)core_value(module, LW_FIELD_CONTEXT), .source = source,
    .headers = pointer(core_value(module, LW_FIELD_PHDR)), .header_count = (uint16_t)core_count(module, LW_LIST_PHDR),
    .eh_frame = pointer(core_value(module, LW_FIELD_EH_FRAME)), .is_copy = source == copied_source,
  };
  // Not its range: somebody may be reading that.
  memcpy(record, &made, offsetof(struct record, start));
  __atomic_store_n(&record->module, module, __ATOMIC_RELEASE);
  if (!record->headers) copy_headers(record);
  if (real ? !lend(record) : false) LOG(LW_LEVEL_WARN, "%s is one more than others can be told of", real->l_name);
  uintptr_t start = (uintptr_t)core_value(module, LW_FIELD_BASE);
  rewrite(NULL, record, start, start + (uintptr_t)core_value(module, LW_FIELD_BYTES));
  if (real) return;
  debug_changes(RT_ADD);
  append(record);
  debug_changed();
  atomic_fetch_add(&records_added, 1);
  if (count_told) count_told(record->map.l_name);
}

static void withdrawn(uint32_t module) {
  struct record *record = record_at((uintptr_t)core_value(module, LW_FIELD_BASE));
  if (!record || record->module != module || record->real) return;
  rewrite(record, NULL, 0, 0);
  debug_changes(RT_DELETE);
  unlink_record(record);
  debug_changed();
  __atomic_store_n(&record->module, 0, __ATOMIC_RELEASE);
  atomic_fetch_add(&records_removed, 1);
  give(record);
}

static void told(uint32_t code, uint32_t module) {
  if (code == LW_EVENT_PUBLISHED) published(module);
  else if (code == LW_EVENT_WITHDRAWN) withdrawn(module);
}

__attribute__((constructor(101))) static void hear(void) { on_module = told; }
