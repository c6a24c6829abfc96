#define _GNU_SOURCE
#include "lazy.h"
#include "host.h"
#include <unistd.h>

/* ld.so's, of a process whose symbols are not there. */
enum { STATUS_NOT_FOUND = 127 };

/* Nobody defines it: the call can't be made, and there is nobody to be told. */
_Noreturn static void miss(uint32_t module, uint32_t slot) {
  struct file *file = file_at((uint32_t)lw_value(module, LW_FIELD_SOURCE));
  uint64_t name = lw_entry(module, LW_LIST_SLOT, slot, LW_FIELD_NAME), bytes = lw_entry(module, LW_LIST_SLOT, slot, LW_FIELD_NAME_BYTES);
  if (name == LW_NONE || bytes == LW_NONE) last_words("%s calls function %u of its table, which it has not", file ? file->path : "a module", slot);
  else last_words("%s: undefined symbol: %.*s", file ? file->path : "a module", (int)bytes, (const char *)at(name));
  _exit(STATUS_NOT_FOUND);
}

/* Where entry `slot` of a module's DT_JMPREL leads: what boot/<machine>/lazy.S asks. A slot that makes its module keep another one is
 * bound under the lock. */
__attribute__((visibility("hidden"))) uintptr_t lazy_bind(uintptr_t module, uintptr_t slot) {
  uint32_t before = link_context(); /* a resolver or an initialiser may be what calls */
  link_begin((uint32_t)lw_value((uint32_t)module, LW_FIELD_CONTEXT));
  read_begin();
  uint64_t to = lw_bind((uint32_t)module, (uint32_t)slot, 0);
  read_end();
  if (to == LW_PENDING && host_enter()) {
    to = lw_bind((uint32_t)module, (uint32_t)slot, 1);
    host_leave();
  }
  link_begin(before);
  if (to >= LW_PENDING) miss((uint32_t)module, (uint32_t)slot);
  return (uintptr_t)to;
}
