/* dladdr and dladdr1. */
#define _GNU_SOURCE
#include <string.h>
#include "family.h"

/* An entry of a module's symbol table. */
static const ElfW(Sym) *entry(const struct record *record, uint32_t index) {
  for (const ElfW(Dyn) *each = record->map.l_ld; each && each->d_tag != DT_NULL; ++each) {
    if (each->d_tag == DT_SYMTAB) return (const ElfW(Sym) *)at(record->map.l_addr + each->d_un.d_ptr) + index;
  }
  return NULL;
}

static int ask_system(const void *address, Dl_info *info, void **extra, int flags) {
  if (flags == 0) {
    __typeof(&dladdr) plain = SYSTEM(dladdr);
    return plain ? plain(address, info) : 0;
  }
  __typeof(&dladdr1) more = SYSTEM(dladdr1);
  return more ? more(address, info, extra, flags) : 0;
}

bool family_own_address(const void *address, Dl_info *info, void **extra, int flags) {
  const struct record *record = record_at((uintptr_t)address);
  if (!record || record->real) return false;
  uint64_t found = core_symbol_at(record->context, addr_of(address));
  uint32_t module = (uint32_t)(found >> 32), index = module ? (uint32_t)found : 0;
  *info = (Dl_info){.dli_fname = record->map.l_name, .dli_fbase = at(record->start)};
  if (index) {
    uint64_t name = core_entry(module, LW_LIST_SYMBOL, index, LW_FIELD_NAME);
    // A name outside of the table of names is none, and callers take a symbol for named.
    if (name == LW_NONE) index = 0;
    else {
      info->dli_sname = at(name);
      info->dli_saddr = at(core_entry(module, LW_LIST_SYMBOL, index, LW_FIELD_ADDRESS));
    }
  }
  if (flags == RTLD_DL_SYMENT) *extra = index ? (void *)entry(record, index) : NULL;
  else if (flags == RTLD_DL_LINKMAP) *extra = (void *)&record->map;
  return true;
}

int family_address(const void *address, Dl_info *info, void **extra, int flags) {
  read_begin();
  bool is_own = family_own_address(address, info, extra, flags);
  read_end();
  return is_own || ask_system(address, info, extra, flags);
}
