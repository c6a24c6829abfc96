/* dlopen, dlmopen and dlclose. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "family.h"

/* What stands for the program where the system has no linker. */
static struct link_map lone_program = {.l_name = ""};

void *family_program(void) {
  struct link_map *first = adopted_first();
  return first ? first : &lone_program;
}

/* ---- what the system's linker loads is ours to know ---- */

static _Atomic uint32_t process;

/* Through this family or linkwright.h. */
bool family_has_begun(void) { return context_at(0) != 0; }

static int tell_adds(struct dl_phdr_info *info, size_t bytes, void *data) {
  (void)bytes;
  *(unsigned long long *)data = info->dlpi_adds;
  return 1;
}

static unsigned long long system_adds(void) {
  unsigned long long adds = 0;
  __typeof(&dl_iterate_phdr) iterate = SYSTEM(dl_iterate_phdr);
  if (iterate) iterate(tell_adds, &adds);
  return adds;
}

/* With the lock held: it may have loaded more since, as libc does for itself. */
static uint32_t process_now(void) {
  static unsigned long long known;
  unsigned long long adds = system_adds();
  bool has_grown = adds != known || adopt_lacks;
  uint32_t context = context_of(LW_PROCESS);
  if (context && process && has_grown) adopt_all(context);
  known = adds;
  process = context;
  return context;
}

uint32_t family_process(void) {
  uint32_t known = process;
  if (known) return known;
  if (!host_enter()) return 0;
  known = process_now();
  host_leave();
  return known;
}

/* ---- dlopen ---- */

static const struct {
  int mode;
  unsigned flag;
} modes[] = {{RTLD_GLOBAL, LW_GLOBAL}, {RTLD_DEEPBIND, LW_DEEP}, {RTLD_NODELETE, LW_NODELETE}, {RTLD_COPY, LW_COPY}};

static unsigned flags_of(int mode) {
  unsigned flags = LW_TEXT;
  for (size_t i = 0; i < sizeof modes / sizeof *modes; ++i) flags |= mode & modes[i].mode ? modes[i].flag : 0;
  const char *now = getenv("LD_BIND_NOW"); /* ld.so(8) */
  if (!(mode & RTLD_NOW) && !(now && *now)) flags |= LW_LAZY;
  return flags;
}

/* What a context has under a plain name, as DT_NEEDED would mean it. */
static struct record *named(uint32_t context, const char *name) {
  for (struct record *each = records_first(); each; each = records_next(each)) {
    uint64_t own = each->context == context && !each->is_copy ? core_value(each->module, LW_FIELD_NAME) : LW_NONE;
    if (own != LW_NONE && strcmp(at(own), name) == 0) return each;
  }
  return NULL;
}

static int find(uint32_t context, const char *path, const struct record *caller, struct file **file) {
  bool is_path = strchr(path, '/');
  const struct record *known = is_path ? NULL : named(context, path);
  *file = known ? file_at(known->source) : is_path ? NULL : adopted_named(path, strlen(path));
  if (*file) return 0;
  if (is_path && !strchr(path, '$')) return file_open(path, file);
  search_forget();
  family_tell_paths(caller);
  *file = search_find(path, strlen(path));
  return *file ? 0 : errno;
}

/* The record of a module that dlopen got a reference of. */
static struct record *held(uint32_t module) {
  struct record *record = record_at((uintptr_t)core_value(module, LW_FIELD_BASE));
  if (!record) {
    unload(module);
    fail(LW_CODE_OUT_OF_MEMORY, "there is no memory for a handle");
    return NULL;
  }
  // What the process has, another context has under another number.
  if (record->module != module && core_retain(record->module) == LW_CODE_OK) unload(module);
  ++record->opens;
  return record;
}

static struct record *open_in(uint32_t context, const char *path, int mode, const struct record *caller) {
  struct file *file;
  int error = find(context, path, caller, &file);
  // A path is as long as anybody likes: the reason is what must be heard.
  if (error) return fail(LW_CODE_VIEW_REFUSED, "%.512s: cannot open shared object file: %s", path, strerror(error)), NULL;
  if (mode & RTLD_NOLOAD && file->bias == LW_NONE && !file->is_busy && !record_of_source(context, file->source)) return file_drop(file), NULL;
  uint32_t module;
  error_as_system(true);
  int code = load_file(context, file, flags_of(mode), &module);
  error_as_system(false);
  if (code != LW_OK) return NULL;
  struct record *record = held(module);
  if (record && mode & RTLD_DEEPBIND) record->is_deep = true;
  return record;
}

/* The context of a namespace, which may be a new one; 0 with dlerror(). */
static uint32_t context_in(long space, const struct record *caller) {
  if (!process_now()) return 0;
  lw_context made;
  if (space == LM_ID_NEWLM) return lw_context_open(&made) == LW_OK ? made : 0;
  if (space == LM_ID_CALLER && caller) return caller->context;
  if (space == LM_ID_CALLER || space == LM_ID_BASE) return process;
  if (space > 0 && (unsigned long)space <= UINT32_MAX && core_value((uint32_t)space, LW_FIELD_KIND) == LW_KIND_CONTEXT) return (uint32_t)space;
  fail(LW_CODE_STALE_HANDLE, "invalid target namespace in dlmopen(): Invalid argument");
  return 0;
}

/* A namespace of dlmopen goes with what was last opened in it. */
static void leave(uint32_t context) {
  if (context == process || core_value(context, LW_FIELD_KIND) != LW_KIND_CONTEXT) return;
  for (struct record *each = records_first(); each; each = records_next(each)) {
    if (each->context == context) return;
  }
  lw_context_close(context);
}

void *family_open(long space, const char *path, int mode, const void *caller) {
  error_forget();
  if (!(mode & (RTLD_LAZY | RTLD_NOW))) return fail(LW_CODE_BAD_FLAGS, "invalid mode for dlopen(): Invalid argument"), NULL;
  bool is_other = space != LM_ID_CALLER && space != LM_ID_BASE;
  if (is_other && mode & RTLD_GLOBAL) return fail(LW_CODE_BAD_FLAGS, "invalid mode: Invalid argument"), NULL;
  if (!path || !*path) return is_other ? fail(LW_CODE_STALE_HANDLE, "invalid namespace: Invalid argument"), NULL : family_program();
  if (!host_enter()) return NULL;
  uint32_t context = context_in(space, record_at((uintptr_t)caller));
  struct record *record = context ? open_in(context, path, mode, record_at((uintptr_t)caller)) : NULL;
  if (context && !record) leave(context);
  void *handle = record ? handle_of(record) : NULL;
  host_leave();
  if (handle) error_forget();
  return handle;
}

/* ---- dlclose ---- */

int family_close(void *handle) {
  error_forget();
  if (handle == family_program()) return 0;
  if (!handle || !host_enter()) return fail(LW_CODE_STALE_HANDLE, "no handle: shared object not open"), -1;
  struct record *record = record_of(handle);
  int code = LW_OK;
  if (!record) code = fail(LW_CODE_STALE_HANDLE, "%p: shared object not open", handle);
  else if (record->opens == 0) code = fail(LW_CODE_NOT_HELD, "%s: shared object not open", record->map.l_name);
  else {
    uint32_t context = record->context;
    --record->opens;
    code = unload(record->module);
    if (code == LW_OK) {
      leave(context);
      error_forget(); // a namespace that can't go yet is none of the caller's
    }
  }
  host_leave();
  return code == LW_OK ? 0 : -1;
}

/* ---- dlerror ---- */

char *family_error(void) { return (char *)lw_error(); }

void *family_pass_error(void) {
  __typeof(&dlerror) real = SYSTEM(dlerror);
  const char *words = real ? real() : NULL;
  if (words) fail(LW_CODE_MISSING_SYMBOL, "%s", words);
  return NULL;
}
