/* Lookups, apart from the most frequent one, which is in core.c: no lock, no memory, nothing written but this thread's own mark that it is looking. */
#include <string.h>
#include "host.h"

static void *missing(lw_module module, const char *name, const char *version) { return fail_missing(module, name, version), NULL; }

/* What is no module has no symbols. */
static void *no_symbol(lw_module module, const char *name, const char *version) {
  if (core_value(module, LW_FIELD_KIND) == LW_KIND_MODULE) return missing(module, name, version);
  return fail(LW_CODE_STALE_HANDLE, "%#x is no module, or was closed", module), NULL;
}

static void *no_name(void) { return fail(LW_CODE_WRONG_KIND, "the symbol has no name"), NULL; }

PUBLIC void *lw_symbol_version(lw_module module, const char *name, const char *version) {
  if (!name) return no_name();
#ifdef LW_NO_VERSIONS
  if (version) return fail(LW_CODE_MISSING_VERSION, "%s, version %s: this build knows no versions", name, version), NULL;
#endif
  read_begin();
  uint64_t found = core_find(module, addr_of(name), (uint32_t)strlen(name), version ? addr_of(version) : LW_NONE, version ? (uint32_t)strlen(version) : 0);
  void *address = address_of(found);
  if (__builtin_expect(!found, 0)) return no_symbol(module, name, version);
  return address;
}

PUBLIC void *lw_global(lw_context context, const char *name) {
  if (!name) return no_name();
  if (!host_enter()) return NULL;
  uint32_t of = context_of(context);
  host_leave();
  if (!of) return NULL;
  read_begin();
  uint64_t found = core_find(of, addr_of(name), (uint32_t)strlen(name), LW_NONE, 0);
  void *address = address_of(found);
  return found ? address : missing(0, name, NULL);
}

PUBLIC void *lw_next(lw_module module, const char *name) {
  if (!name) return no_name();
  read_begin();
  uint64_t found = core_next(module, addr_of(name), (uint32_t)strlen(name), LW_NONE, 0);
  void *address = address_of(found);
  return found ? address : no_symbol(module, name, NULL);
}
