/* dlopen, dlmopen and dlclose. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
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
  unsigned flags = LW_TEXT | LW_MAPPED; /* what is seen from outside is as with ld.so */
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

/* ---- programs, which the family refuses as ld.so does: they expect to be the process ---- */

/* Whether a dynamic section says that it is a program's, which may lie anywhere. */
static bool is_marked(int number, const ElfW(Phdr) *section) {
  ElfW(Dyn) some[32];
  for (uint64_t at = 0; at < section->p_filesz; at += sizeof some) {
    ssize_t bytes = pread(number, some, sizeof some, (off_t)(section->p_offset + at));
    for (ssize_t i = 0; i < bytes / (ssize_t)sizeof *some; ++i) {
      if (some[i].d_tag == DT_NULL) return false;
      if (some[i].d_tag == DT_FLAGS_1) return some[i].d_un.d_val & DF_1_PIE;
    }
    if (bytes < (ssize_t)sizeof some) return false;
  }
  return false;
}

/* What kind of program a file is; null: none. What is wrong with it otherwise is the loader's to say. */
static const char *program_kind(struct file *file) {
  struct {
    ElfW(Ehdr) file;
    ElfW(Phdr) segments[16];
  } head;
  int number = file_number(file);
  ssize_t bytes = number < 0 ? 0 : pread(number, &head, sizeof head, 0);
  if (bytes < (ssize_t)sizeof head.file || memcmp(head.file.e_ident, ELFMAG, SELFMAG) != 0 || head.file.e_phoff != sizeof head.file) return NULL;
  if (head.file.e_type == ET_EXEC) return "executable";
  size_t count = ((size_t)bytes - sizeof head.file) / sizeof *head.segments;
  for (size_t i = 0; i < count && i < head.file.e_phnum; ++i) {
    if (head.segments[i].p_type == PT_DYNAMIC) return is_marked(number, &head.segments[i]) ? "position-independent executable" : NULL;
  }
  return NULL;
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
  const char *kind = file->bias == LW_NONE ? program_kind(file) : NULL;
  if (kind) return file_drop(file), fail(LW_CODE_UNSUPPORTED_TYPE, "%.512s: cannot dynamically load %s", path, kind), NULL;
  uint32_t module;
  error_as_system(true);
  int code = load_file(context, file, flags_of(mode), &module);
  error_as_system(false);
  if (code != LW_OK) return NULL;
  struct record *record = held(module);
  if (record && mode & RTLD_DEEPBIND) record->is_deep = true;
  return record;
}

/* ---- namespaces: each goes with what was last there ---- */

/* Those that dlmopen made: there are not more contexts. */
static uint32_t spaces[MOST_CONTEXTS];
static unsigned space_count;

static uint32_t space_new(void) {
  lw_context made;
  return lw_context_open(&made) == LW_OK ? spaces[space_count++] = made : 0;
}

static bool is_empty(uint32_t context) {
  for (struct record *each = records_first(); each; each = records_next(each)) {
    if (each->context == context) return false;
  }
  return true;
}

void family_settle(void) {
  for (unsigned i = space_count; i-- > 0;) {
    if (is_empty(spaces[i]) && lw_context_close(spaces[i]) != LW_CODE_CONTEXT_IN_USE) spaces[i] = spaces[--space_count];
  }
}

/* The context of a namespace, which may be a new one; 0 with dlerror(). */
static uint32_t context_in(long space, const struct record *caller) {
  if (!process_now()) return 0;
  if (space == LM_ID_NEWLM) return space_new();
  if (space == LM_ID_CALLER && caller) return caller->context;
  if (space == LM_ID_CALLER || space == LM_ID_BASE) return process;
  if (space > 0 && (unsigned long)space <= UINT32_MAX && core_value((uint32_t)space, LW_FIELD_KIND) == LW_KIND_CONTEXT) return (uint32_t)space;
  fail(LW_CODE_STALE_HANDLE, "invalid target namespace in dlmopen(): Invalid argument");
  return 0;
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
  void *handle = record ? handle_of(record) : NULL;
  if (!handle) family_settle();
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
    --record->opens;
    code = unload(record->module);
    if (code == LW_OK) {
      family_settle();
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
