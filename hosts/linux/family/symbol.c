/* dlsym and dlvsym: without a lock. */
#define _GNU_SOURCE
#include <string.h>
#include "family.h"

struct wanted {
  const char *name, *version;
};

static uint64_t find(uint32_t in, struct wanted wanted) {
  return core_find(in, addr_of(wanted.name), (uint32_t)strlen(wanted.name), wanted.version ? addr_of(wanted.version) : LW_NONE, wanted.version ? (uint32_t)strlen(wanted.version) : 0);
}

static uint64_t find_next(uint32_t module, struct wanted wanted) {
  return core_next(module, addr_of(wanted.name), (uint32_t)strlen(wanted.name), wanted.version ? addr_of(wanted.version) : LW_NONE, wanted.version ? (uint32_t)strlen(wanted.version) : 0);
}

static void *missing(const struct record *record, struct wanted wanted) {
  const char *path = !record ? "the program" : record->real ? record->real->l_name : record->map.l_name;
  fail(LW_CODE_MISSING_SYMBOL, "%s: undefined symbol: %s%s%s", path, wanted.name, wanted.version ? ", version " : "", wanted.version ? wanted.version : "");
  return NULL;
}

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

static void *among_all(void *handle, struct wanted wanted, const void *address) {
  uint32_t context = family_process();
  if (!context) return NULL;
  const struct record *caller = record_at((uintptr_t)address);
  bool is_ours = caller && !caller->real;
  read_begin();
  uint64_t found = 0;
  if (handle == RTLD_NEXT) found = caller ? find_next(caller->module, wanted) : 0;
  else if (handle == RTLD_SELF && caller) {
    found = find(caller->module, wanted);
    if (!found) found = find_next(caller->module, wanted);
  } else found = is_ours ? find_as(caller, wanted) : find(context, wanted);
  void *symbol = address_of(found);
  read_end();
  if (!found && handle == RTLD_NEXT && !caller) return fail(LW_CODE_WRONG_KIND, "RTLD_NEXT used in code not dynamically loaded"), NULL;
  return found ? symbol : missing(caller, wanted);
}

void *family_symbol(void *handle, const char *name, const char *version, const void *caller) {
  error_forget();
  if (!name) return fail(LW_CODE_WRONG_KIND, "the symbol has no name"), NULL;
  struct wanted wanted = {name, version};
  const struct record *record = record_of(handle);
  if (__builtin_expect(record && handle != family_program(), 1)) {
    read_begin();
    uint64_t found = find(record->module, wanted);
    void *address = address_of(found);
    read_end();
    return __builtin_expect(found != 0, 1) ? address : missing(record, wanted);
  }
  bool is_program = handle == family_program();
  if (!is_program && handle != RTLD_DEFAULT && handle != RTLD_NEXT && handle != RTLD_SELF) {
    fail(LW_CODE_STALE_HANDLE, "%p: shared object not open", handle);
    return NULL;
  }
  if (!family_has_begun() && (is_program || handle == RTLD_DEFAULT)) return ask_system(RTLD_DEFAULT, wanted);
  return among_all(is_program ? RTLD_DEFAULT : handle, wanted, is_program ? NULL : caller);
}
