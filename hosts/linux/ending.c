/* The end of the process: what is loaded is finalised, what was initialised last first, and stays where it is: threads may be running in it. */
#define _GNU_SOURCE
#include <stdlib.h>
#include "records.h"
#include "ending.h"

bool is_ending;

static uint64_t rank_of(const struct record *record) { return core_value(record->module, LW_FIELD_RANK); }

static int later_first(const void *one, const void *other) {
  const struct record *a = *(struct record *const *)one, *b = *(struct record *const *)other;
  if (a->context != b->context) return a->context < b->context ? 1 : -1;
  return rank_of(a) < rank_of(b) ? 1 : -1;
}

typedef void function(void);

static void finalise(const struct record *record) {
  uintptr_t array = 0, bytes = 0, last = 0;
  for (const ElfW(Dyn) *each = record->map.l_ld; each && each->d_tag != DT_NULL; ++each) {
    if (each->d_tag == DT_FINI_ARRAY) array = each->d_un.d_ptr;
    else if (each->d_tag == DT_FINI_ARRAYSZ) bytes = each->d_un.d_val;
    else if (each->d_tag == DT_FINI) last = each->d_un.d_ptr;
  }
  function **functions = at(record->map.l_addr + array);
  for (size_t i = array ? bytes / sizeof *functions : 0; i-- > 0;) {
    if (functions[i] && (uintptr_t)functions[i] != UINTPTR_MAX) functions[i]();
  }
  if (last) ((function *)at(record->map.l_addr + last))();
}

/* The system calls it before the finalisers of what this library needs, and behind those of the program. */
__attribute__((destructor)) static void end(void) {
  if (is_ending || !records_first() || !host_enter()) return;
  is_ending = true;
  size_t count = 0;
  for (struct record *each = records_first(); each; each = records_next(each)) ++count;
  struct record **records = malloc(count * sizeof *records);
  size_t found = 0;
  for (struct record *each = records ? records_first() : NULL; each; each = records_next(each)) {
    if (rank_of(each)) records[found++] = each;
  }
  qsort(records, found, sizeof *records, later_first);
  for (size_t i = 0; i < found; ++i) finalise(records[i]);
  free(records);
  host_leave();
}
