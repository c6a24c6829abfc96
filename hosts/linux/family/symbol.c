/* dlsym and dlvsym: without a lock. */
#define _GNU_SOURCE
#include <string.h>
#include "family.h"
#include "hash.h"

struct wanted {
  const char *name, *version;
};

static uint64_t find(uint32_t in, struct wanted wanted) {
  return core_find(in, addr_of(wanted.name), (uint32_t)strlen(wanted.name), wanted.version ? addr_of(wanted.version) : LW_NONE, wanted.version ? (uint32_t)strlen(wanted.version) : 0);
}

static uint64_t find_next(uint32_t module, struct wanted wanted) {
  return core_next(module, addr_of(wanted.name), (uint32_t)strlen(wanted.name), wanted.version ? addr_of(wanted.version) : LW_NONE, wanted.version ? (uint32_t)strlen(wanted.version) : 0);
}

static void *missing(uint32_t module, struct wanted wanted) { return fail_missing(module, wanted.name, wanted.version), NULL; }

/* What its references would find: what is global, and what it was loaded with. */
static uint64_t find_as(const struct record *caller, struct wanted wanted) {
  uint32_t module = caller->module, root = (uint32_t)core_value(module, LW_FIELD_ROOT), wide = caller->context;
  uint32_t near = root ? root : module, first = caller->is_deep ? near : wide, second = caller->is_deep ? wide : near;
  uint64_t found = find(first, wanted);
  return found ? found : find(second, wanted);
}

/* Nothing was opened yet, and looking for a symbol begins nothing: malloc's may be the one that is asked for. */
static void *ask_system(void *handle, struct wanted wanted) {
  void *address = NULL;
  if (wanted.version) {
    __typeof(&dlvsym) versioned = SYSTEM(dlvsym);
    if (versioned) address = versioned(handle, wanted.name, wanted.version);
  } else {
    __typeof(&dlsym) plain = SYSTEM(dlsym);
    if (plain) address = plain(handle, wanted.name);
  }
  return address ? address : family_pass_error();
}

/* Behind a caller that the system's linker loaded; it is the program where that can't say. */
static void *ask_behind(const void *caller, struct wanted wanted) {
  if (wanted.version) return ask_system(RTLD_NEXT, wanted);
  const struct link_map *map = adopted_first();
  (void)caller;
#ifdef DLFO_STRUCT_HAS_EH_DBASE
  struct dl_find_object found;
  if (_dl_find_object((void *)caller, &found) == 0) map = found.dlfo_link_map;
#endif
  void *symbol = map ? host_behind(map, wanted.name) : NULL;
  return symbol ? symbol : missing(0, wanted);
}

static void *among_all(void *handle, struct wanted wanted, const void *address) {
  uint32_t context = family_process();
  if (!context) return NULL;
  const struct record *caller = record_at((uintptr_t)address);
  if (handle == RTLD_NEXT && !caller) return fail(LW_CODE_WRONG_KIND, "RTLD_NEXT used in code not dynamically loaded"), NULL;
  read_begin();
  uint64_t found = 0;
  if (handle == RTLD_SELF && caller) found = find(caller->module, wanted);
  if (!found && (handle == RTLD_NEXT || (handle == RTLD_SELF && caller))) found = find_next(caller->module, wanted);
  else if (!found) found = caller && !caller->real ? find_as(caller, wanted) : find(context, wanted);
  void *symbol = address_of(found);
  return found ? symbol : missing(caller ? caller->module : 0, wanted);
}

static void *in_module(const struct record *record, struct wanted wanted) {
  struct hashed hashed = hash_of(wanted.name);
  read_begin();
  uint64_t addr = LW_PENDING;
  if (!wanted.version) addr = core_locate(record->module, addr_of(wanted.name), hashed.bytes, hashed.hash, false);
  if (addr == LW_BEHIND) addr = core_locate(record->module, addr_of(wanted.name), hashed.bytes, hashed.hash, true);
  // A thread-local variable, or what a resolver chooses.
  if (__builtin_expect(addr == LW_PENDING, 0)) {
    uint64_t found = find(record->module, wanted);
    void *symbol = address_of(found);
    return found ? symbol : missing(record->module, wanted);
  }
  read_end();
  return addr != LW_NONE ? at(addr) : missing(record->module, wanted);
}

void *family_symbol(void *handle, const char *name, const char *version, const void *caller) {
  error_forget();
  if (!name) return fail(LW_CODE_WRONG_KIND, "the symbol has no name"), NULL;
  struct wanted wanted = {name, version};
  bool is_program = handle == family_program();
  const struct record *record = is_program ? NULL : record_of(handle);
  if (__builtin_expect(record != NULL, 1)) return in_module(record, wanted);
  if (!is_program && handle != RTLD_DEFAULT && handle != RTLD_NEXT && handle != RTLD_SELF) {
    fail(LW_CODE_STALE_HANDLE, "%p: shared object not open", handle);
    return NULL;
  }
  if (!family_has_begun() && handle == RTLD_NEXT) return ask_behind(caller, wanted);
  if (!family_has_begun() && (is_program || handle == RTLD_DEFAULT)) return ask_system(RTLD_DEFAULT, wanted);
  return among_all(is_program ? RTLD_DEFAULT : handle, wanted, is_program ? NULL : caller);
}
