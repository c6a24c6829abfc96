#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "records.h"

/* ---- the records: in one range of addresses that stays, so that a handle is known to be one without asking anybody ---- */

enum { RECORDS = 1 << 16, RECORD_BYTES = 128, RESTING = 64 };
_Static_assert(sizeof(struct record) <= RECORD_BYTES, "a record has its room");

static char *room;
static unsigned used;
/* Those that are free again rest in line for a while: a handle of one that was closed stays unknown that long. */
static struct record *free_first, *free_last;
static unsigned free_count;

static struct record *take(void) {
  if (!room) {
    char *got = mmap(NULL, (size_t)RECORDS * RECORD_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED) return NULL;
    __atomic_store_n(&room, got, __ATOMIC_RELEASE);
  }
  struct record *taken = free_first;
  if (taken && (free_count > RESTING || used == RECORDS)) {
    free_first = taken->free_next;
    --free_count;
    return taken;
  }
  return used < RECORDS ? (struct record *)(room + (size_t)RECORD_BYTES * used++) : NULL;
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
  char *start = __atomic_load_n(&room, __ATOMIC_ACQUIRE);
  uintptr_t offset = (uintptr_t)handle - (uintptr_t)start;
  if (__builtin_expect(start && offset < (size_t)RECORDS * RECORD_BYTES, 1)) {
    struct record *record = (struct record *)(start + offset);
    return offset % RECORD_BYTES == 0 && __atomic_load_n(&record->module, __ATOMIC_ACQUIRE) && !record->real ? record : NULL;
  }
  return lent_of(handle);
}

/* ---- by address: two sorted arrays, of which one is looked at while the other is written. Even a signal's handler that interrupts the
 * writer finds one that is whole. Arrays that became too small are left: somebody may be looking. ---- */

struct places {
  size_t room;
  _Atomic size_t count;
  struct place {
    _Atomic uintptr_t start, end;
    _Atomic(struct record *) record;
  } each[];
};

static _Atomic(struct places *) sides[2];
static atomic_uint turn;

struct record *record_at(uintptr_t address) {
  for (;;) {
    unsigned seen = atomic_load_explicit(&turn, memory_order_acquire);
    const struct places *places = atomic_load_explicit(&sides[seen & 1], memory_order_acquire);
    struct record *found = NULL;
    size_t low = 0, high = places ? atomic_load_explicit(&places->count, memory_order_relaxed) : 0;
    while (low < high) {
      size_t middle = (low + high) / 2;
      const struct place *place = &places->each[middle];
      if (address < atomic_load_explicit(&place->start, memory_order_relaxed)) high = middle;
      else if (address >= atomic_load_explicit(&place->end, memory_order_relaxed)) low = middle + 1;
      else {
        found = atomic_load_explicit(&place->record, memory_order_relaxed);
        break;
      }
    }
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load_explicit(&turn, memory_order_relaxed) == seen) return found;
  }
}

static void set(struct place *place, uintptr_t start, uintptr_t end, struct record *record) {
  atomic_store_explicit(&place->start, start, memory_order_relaxed);
  atomic_store_explicit(&place->end, end, memory_order_relaxed);
  atomic_store_explicit(&place->record, record, memory_order_relaxed);
}

/* The side that nobody looks at, with room for so many; null if there is no memory. */
static struct places *other_side(size_t count) {
  unsigned side = (atomic_load_explicit(&turn, memory_order_relaxed) + 1) & 1;
  struct places *places = atomic_load_explicit(&sides[side], memory_order_relaxed);
  if (places && places->room >= count) return places;
  size_t more = count < 32 ? 64 : 2 * count;
  places = malloc(sizeof *places + more * sizeof places->each[0]);
  if (!places) return NULL;
  places->room = more;
  atomic_init(&places->count, 0);
  atomic_store_explicit(&sides[side], places, memory_order_release);
  return places;
}

/* Writes what is looked at, without a record and with another, to the other side, and turns. */
static bool rewrite(const struct record *gone, struct record *come) {
  struct places *from = atomic_load_explicit(&sides[atomic_load_explicit(&turn, memory_order_relaxed) & 1], memory_order_relaxed);
  size_t count = from ? atomic_load_explicit(&from->count, memory_order_relaxed) : 0, written = 0;
  struct places *to = other_side(count + 1);
  if (!to) return false;
  atomic_thread_fence(memory_order_release);
  for (size_t i = 0; i < count; ++i) {
    uintptr_t start = atomic_load_explicit(&from->each[i].start, memory_order_relaxed);
    struct record *record = atomic_load_explicit(&from->each[i].record, memory_order_relaxed);
    if (come && come->start < start) {
      set(&to->each[written++], come->start, come->end, come);
      come = NULL;
    }
    if (record != gone) set(&to->each[written++], start, atomic_load_explicit(&from->each[i].end, memory_order_relaxed), record);
  }
  if (come) set(&to->each[written++], come->start, come->end, come);
  atomic_store_explicit(&to->count, written, memory_order_relaxed);
  atomic_fetch_add_explicit(&turn, 1, memory_order_release);
  return true;
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
  uintptr_t start = (uintptr_t)core_value(module, LW_FIELD_BASE);
  *record = (struct record){
    .map = {.l_addr = (uintptr_t)core_value(module, LW_FIELD_BIAS), .l_name = file ? file->path : (char *)"", .l_ld = pointer(core_value(module, LW_FIELD_DYNAMIC))},
    .real = real, .context = (uint32_t)core_value(module, LW_FIELD_CONTEXT), .source = source,
    .start = start, .end = start + (uintptr_t)core_value(module, LW_FIELD_BYTES),
    .headers = pointer(core_value(module, LW_FIELD_PHDR)), .header_count = (uint16_t)core_count(module, LW_LIST_PHDR),
    .eh_frame = pointer(core_value(module, LW_FIELD_EH_FRAME)), .is_copy = source == copied_source,
  };
  __atomic_store_n(&record->module, module, __ATOMIC_RELEASE);
  if (!record->headers) copy_headers(record);
  if (real ? !lend(record) : false) LOG(LW_LEVEL_WARN, "%s is one more than others can be told of", real->l_name);
  if (!rewrite(NULL, record)) LOG(LW_LEVEL_WARN, "no memory to tell others where %s is", record->map.l_name);
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
  rewrite(record, NULL);
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
