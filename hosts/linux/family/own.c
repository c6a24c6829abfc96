/* The family for what we load where it does not stand in front of the C library: programs keep the system's. */
#define _GNU_SOURCE
#include <string.h>
#include "../own.h"
#include "family.h"

#define LINKAGE static
#define FAMILY(name) own_##name
#include "functions.inc"

#define OWN(name) {#name, (const void *)own_##name}
static const struct {
  const char *name;
  const void *at;
} functions[] = {
  OWN(dlopen), OWN(dlmopen), OWN(dlclose), OWN(dlsym), OWN(dlvsym), OWN(dlerror), OWN(dladdr), OWN(dladdr1), OWN(dlinfo),
  OWN(backtrace_symbols), OWN(backtrace_symbols_fd),
  {"dl_iterate_phdr", (const void *)dl_iterate_phdr},
#ifdef DLFO_STRUCT_HAS_EH_DBASE
  {"_dl_find_object", (const void *)_dl_find_object},
#endif
};

const void *family_named(const char *name) {
  for (size_t i = 0; i < sizeof functions / sizeof *functions; ++i) {
    if (strcmp(functions[i].name, name) == 0) return functions[i].at;
  }
  return NULL;
}
