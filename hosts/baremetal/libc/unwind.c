/* Where an unwinder finds the tables of the code that it is in: <dlfcn.h> and <link.h>, with glibc's structures. One that keeps what
 * dl_iterate_phdr told sees by its counts when that is out of date. */
#include "../context.h"
#include "../debugger.h"
#include "libc.h"
#include "linkwright.h"

#if defined __arm__
enum { TABLE = 0x70000001, ROW_BYTES = 8 }; /* PT_ARM_EXIDX, IHI 0038 "Index table entries" */
#else
enum { TABLE = 0x6474e550 }; /* PT_GNU_EH_FRAME */
#endif

struct dl_find_object {
  unsigned long long flags;
  void *start, *end;
  struct link_map *map;
  void *table;
#if defined __i386__
  void *data; /* what addresses of DW_EH_PE_datarel count from */
  unsigned pad;
#elif defined __arm__
  int rows;
  unsigned pad;
#endif
  unsigned long long reserved[7];
};

int _dl_find_object(void *address, struct dl_find_object *found);
int _dl_find_object(void *address, struct dl_find_object *found) {
  uint32_t module = module_at((uintptr_t)address);
  if (module == 0) return -1;
  char *base = (char *)(uintptr_t)lw_value(module, LW_FIELD_BASE);
  *found = (struct dl_find_object){.start = base, .end = base + lw_value(module, LW_FIELD_BYTES), .map = debugger_map(module)};
  for (uint32_t i = 0; i < lw_count(module, LW_LIST_PHDR); i++) {
    if (lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_TYPE) != TABLE) continue;
    found->table = (void *)(uintptr_t)(lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_VADDR) + lw_value(module, LW_FIELD_BIAS));
#if defined __arm__
    found->rows = (int)(lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_BYTES) / ROW_BYTES);
#endif
  }
#if defined __i386__
  enum { DT_PLTGOT = 3 };
  for (uint32_t i = 0; i < lw_count(module, LW_LIST_DYNAMIC); i++) {
    if (lw_entry(module, LW_LIST_DYNAMIC, i, LW_FIELD_TYPE) != DT_PLTGOT) continue;
    found->data = (void *)(uintptr_t)(lw_entry(module, LW_LIST_DYNAMIC, i, LW_FIELD_VALUE) + lw_value(module, LW_FIELD_BIAS));
  }
#endif
  return 0;
}

#if defined __arm__
const void *__gnu_Unwind_Find_exidx(void *address, int *rows);
const void *__gnu_Unwind_Find_exidx(void *address, int *rows) {
  struct dl_find_object found = {0};
  if (_dl_find_object(address, &found) != 0) return NULL;
  *rows = found.rows;
  return found.table;
}
#endif
