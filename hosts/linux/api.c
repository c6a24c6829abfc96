/* linkwright.h: each function checks what it is given, takes the lock where something changes, and leaves the rest to the core. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "host.h"
#include "tls.h"

/* ---- contexts ---- */

/* The process's own is the first; a place that is 0 and not the last was closed. Who looks without a lock sees the array that was. */
static uint32_t contexts[MOST_CONTEXTS + 1];
#define process contexts[0]

uint32_t context_at(uint32_t index) { return contexts[index]; }

/* Modules of the process's own context are as the system's linker would have them; in another one everything may go. */
static uint32_t ordinary_policy(uint32_t index) { return LW_POLICY_FOREIGN | (index == 0 ? LW_POLICY_KEEP_UNIQUE : 0); }

static uint32_t context_make(void) {
  uint32_t index = 0, made = 0;
  while (contexts[index]) ++index;
  if (index < MOST_CONTEXTS) made = core_context((uint64_t)host_argc, addr_of(host_argv), addr_of(host_envp));
  if (!made) {
    fail(LW_CODE_OUT_OF_MEMORY, "there is no memory for a context");
    return 0;
  }
  core_policy(made, ordinary_policy(index));
  return contexts[index] = made;
}

/* The last takes the place of the one that goes. */
static void context_forget(uint32_t context) {
  uint32_t index = 0, last = 0;
  while (contexts[index] != context) ++index;
  while (contexts[last + 1]) ++last;
  contexts[index] = contexts[last];
  contexts[last] = 0;
}

uint32_t context_of(lw_context context) {
  if (context != LW_PROCESS) {
    if (core_value(context, LW_FIELD_KIND) == LW_KIND_CONTEXT) return context;
    fail(LW_CODE_STALE_HANDLE, "%#x is no context, or was closed", context);
    return 0;
  }
  if (process && !adopt_lacks) return process;
  uint32_t made = process ? process : context_make();
  if (made && !adopt_all(made)) LOG(LW_LEVEL_WARN, "not all of what the system's linker loaded could be adopted");
  return made;
}

PUBLIC int lw_context_open(lw_context *context) {
  if (!context) return fail(LW_CODE_WRONG_KIND, "lw_context_open: no place for the context");
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  int code = context_of(LW_PROCESS) ? LW_OK : LW_CODE_OUT_OF_MEMORY;
  uint32_t made = code == LW_OK ? context_make() : 0;
  if (made) *context = made;
  else code = LW_CODE_OUT_OF_MEMORY;
  host_leave();
  return code;
}

/* A module that a thread will still call when it ends; 0: there is none. */
static uint32_t waiting_in(uint32_t context) {
  for (uint32_t i = 0, count = core_count(context, LW_LIST_MODULE); i < count; ++i) {
    uint32_t module = (uint32_t)core_entry(context, LW_LIST_MODULE, i, LW_FIELD_OWNER);
    if (tls_destructors(module) > 0) return module;
  }
  return 0;
}

PUBLIC int lw_context_close(lw_context context) {
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  int code = LW_CODE_STALE_HANDLE;
  uint32_t of = context ? context_of(context) : 0, waiting;
  if (!context) fail(code, "the process's own context is not closed");
  else if (of && (waiting = waiting_in(of))) {
    struct file *file = file_at((uint32_t)core_value(waiting, LW_FIELD_SOURCE));
    code = fail(LW_CODE_CONTEXT_IN_USE, "%s has thread-local objects whose threads have not ended", file ? file->path : "a module");
  } else if (of) {
    // Modules go in the reverse order of their initialisation, whoever holds them.
    for (uint32_t i = core_count(of, LW_LIST_MODULE); i > 0; i = core_count(of, LW_LIST_MODULE) < i ? core_count(of, LW_LIST_MODULE) : i - 1) {
      uint32_t module = (uint32_t)core_entry(of, LW_LIST_MODULE, i - 1, LW_FIELD_OWNER);
      for (uint64_t held = core_value(module, LW_FIELD_REFERENCES); held && held != LW_NONE; --held) unload(module);
    }
    code = unload(of);
    say_forget(of);
    if (code == LW_OK && core_close(of) == LW_CODE_OK) context_forget(of);
    else if (code == LW_OK) code = fail(LW_CODE_CONTEXT_IN_USE, "the context has modules that are being loaded");
  }
  host_leave();
  return code;
}

/* ---- modules ---- */

enum { ALL_FLAGS = LW_GLOBAL | LW_MISSING | LW_LAZY | LW_TEXT | LW_DEEP | LW_COPY | LW_NODELETE | LW_PATCHABLE | LW_NOLOAD | LW_TAKE | LW_MAPPED };

static int flags_fault(unsigned flags) { return fail(LW_CODE_BAD_FLAGS, "%#x are no flags of lw_open", flags & ~(unsigned)ALL_FLAGS); }

/* With the lock held: loads it, or gives a reference to what is there. */
static int load(uint32_t context, struct file *file, unsigned flags, lw_module *module) {
  if (flags & LW_NOLOAD && !file->is_busy) {
    bool is_there = false;
    for (uint32_t i = 0, count = core_count(context, LW_LIST_MODULE); i < count && !is_there; ++i) {
      is_there = core_value((uint32_t)core_entry(context, LW_LIST_MODULE, i, LW_FIELD_OWNER), LW_FIELD_SOURCE) == file->source;
    }
    if (!is_there) {
      int code = fail(LW_CODE_NOT_HELD, "%s: not loaded (LW_NOLOAD)", file->path);
      file_drop(file);
      return code;
    }
  }
  bool was_busy = file->is_busy;
  file->is_busy = true; /* it may be wanted again */
  int code = load_file(context, file, flags, module);
  if (code == LW_CODE_MISSING_SYMBOL && context == process && !file->is_adoptable && adopt_widened(context)) code = load_file(context, file, flags, module);
  file->is_busy = was_busy;
  if (!was_busy) file_drop(file);
  return code;
}

/* What is linked first is no library: its name is a path, as for lw_open_objects. */
static bool is_unlinked(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot && (strcmp(dot, ".o") == 0 || strcmp(dot, ".ko") == 0 || strcmp(dot, ".a") == 0);
}

/* A library by its name: what is called so is there, or it is searched for. */
static int find(const char *path, struct file **file) {
  if (!*path) return ENOENT;
  if (strchr(path, '/') || is_unlinked(path)) {
    int refused = file_open(path, file);
    LOG(LW_LEVEL_TRACE, refused ? "%s is no file: %s" : "%s is looked at", path, strerror(refused));
    return refused;
  }
  size_t bytes = strlen(path);
  *file = adopted_named(path, bytes);
  if (*file || (*file = search_find(path, bytes))) return 0;
  int error = errno;
  search_forget();
  return error;
}

/* A path is as long as anybody likes: the reason is what must be heard. */
static int not_opened(const char *path, int error) {
  return fail(LW_CODE_VIEW_REFUSED, "%.512s: cannot open shared object file: %s", path, strerror(error));
}

PUBLIC int lw_open(lw_context context, const char *path, unsigned flags, lw_module *module) {
  if (!path || !module) return fail(LW_CODE_WRONG_KIND, "lw_open: no %s", path ? "place for the module" : "path");
  if (flags & ~(unsigned)ALL_FLAGS) return flags_fault(flags);
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  uint32_t of = context_of(context);
  struct file *file;
  int code = of ? LW_OK : LW_CODE_STALE_HANDLE, error = of ? find(path, &file) : 0;
  if (error) code = not_opened(path, error);
  else if (of) code = load(of, file, flags, module);
  host_leave();
  return code;
}

#ifdef LW_NO_OBJECTS
PUBLIC int lw_open_objects(lw_context context, const char *const *paths, size_t count, unsigned flags, lw_module *module) {
  (void)context, (void)paths, (void)count, (void)flags, (void)module;
  return fail(LW_CODE_UNSUPPORTED_TYPE, "lw_open_objects: this library was built without objects");
}
#else
/* Opens the files, each once; how many, or -1 with lw_error(). `is_ours`: nobody has begun anything with it before. */
static ssize_t open_all(const char *const *paths, size_t count, struct file **files, bool *is_ours) {
  size_t opened = 0;
  for (size_t i = 0; i < count; ++i) {
    struct file *file;
    int error = paths[i] ? file_open(paths[i], &file) : EFAULT;
    if (error) {
      fail(LW_CODE_VIEW_REFUSED, "%.512s: cannot open object file: %s", paths[i] ? paths[i] : "(null)", strerror(error));
      for (; opened-- > 0;) if (is_ours[opened]) file_drop(files[opened]);
      return -1;
    }
    size_t known = 0;
    while (known < opened && files[known] != file) ++known;
    if (known < opened) continue;
    is_ours[opened] = !file->is_busy;
    file->is_busy = true;
    files[opened++] = file;
  }
  return (ssize_t)opened;
}

static int open_objects(uint32_t context, const char *const *paths, size_t count, unsigned flags, lw_module *module) {
  struct file **files = count <= SIZE_MAX / (sizeof *files + 1) ? malloc(count * (sizeof *files + 1)) : NULL;
  if (!files) return fail(LW_CODE_OUT_OF_MEMORY, "there is no memory for a list of files");
  bool *is_ours = (bool *)(files + count);
  ssize_t opened = open_all(paths, count, files, is_ours);
  int code = opened < 0 ? LW_CODE_VIEW_REFUSED : load_files(context, files, (size_t)opened, flags, module);
  if (code == LW_CODE_MISSING_SYMBOL && context == process && adopt_widened(context)) code = load_files(context, files, (size_t)opened, flags, module);
  for (ssize_t i = 0; i < opened; ++i) if (is_ours[i]) file_drop(files[i]);
  free(files);
  return code;
}

PUBLIC int lw_open_objects(lw_context context, const char *const *paths, size_t count, unsigned flags, lw_module *module) {
  enum { FLAGS = ALL_FLAGS & ~(LW_NOLOAD | LW_TAKE) };
  if (!paths || count == 0 || !module) return fail(LW_CODE_WRONG_KIND, "lw_open_objects: no %s", !module ? "place for the module" : "files");
  if (flags & ~(unsigned)FLAGS) return fail(LW_CODE_BAD_FLAGS, "%#x are no flags of lw_open_objects", flags & ~(unsigned)FLAGS);
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  uint32_t of = context_of(context);
  // It is no other's: what one of the files is alone, or with others, is another module.
  int code = of ? open_objects(of, paths, count, flags | LW_COPY, module) : LW_CODE_STALE_HANDLE;
  host_leave();
  return code;
}
#endif

PUBLIC int lw_open_fd(lw_context context, int number, const char *name, unsigned flags, lw_module *module) {
  if (!module) return fail(LW_CODE_WRONG_KIND, "lw_open_fd: no place for the module");
  if (flags & ~(unsigned)ALL_FLAGS) return flags_fault(flags);
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  uint32_t of = context_of(context);
  struct file *file;
  int code = of ? LW_OK : LW_CODE_STALE_HANDLE, error = of ? file_of_number(number, name, &file) : 0;
  if (error) code = not_opened(name ? name : "file descriptor", error);
  else if (of) code = load(of, file, flags, module);
  host_leave();
  return code;
}

static int open_memory(lw_context context, void *bytes, size_t size, const char *name, unsigned flags, lw_module *module) {
  if (!module) return fail(LW_CODE_WRONG_KIND, "lw_open_memory: no place for the module");
  if (flags & ~(unsigned)ALL_FLAGS) return flags_fault(flags);
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  uint32_t of = context_of(context);
  struct file *file;
  // Names of libraries that may be missing are read where they were.
  bool is_adoptable = (flags & (LW_TAKE | LW_MISSING)) == LW_TAKE;
  int code = of ? LW_OK : LW_CODE_STALE_HANDLE, error = of ? file_of_memory(bytes, size, name, is_adoptable, &file) : 0;
  if (error) code = fail(LW_CODE_OUT_OF_MEMORY, "%s: %s", name, strerror(error));
  else if (of) code = load(of, file, flags, module);
  host_leave();
  return code;
}

PUBLIC int lw_open_memory(lw_context context, void *bytes, size_t size, const char *name, unsigned flags, lw_module *module) {
  if (!bytes) return fail(LW_CODE_WRONG_KIND, "lw_open_memory: no bytes");
  bool is_taken = flags & LW_TAKE;
  if (is_taken && addr_of(bytes) % (uint64_t)sysconf(_SC_PAGESIZE) != 0) return fail(LW_CODE_BAD_FLAGS, "lw_open_memory: what is taken begins at no page");
  int code = open_memory(context, bytes, size, name ? name : "memory", flags, module);
  if (is_taken) munmap(bytes, size);
  return code;
}

static int stale(lw_module module) { return fail(LW_CODE_STALE_HANDLE, "%#x is no module, or was closed", module); }

static bool is_module(lw_module module) { return core_value(module, LW_FIELD_KIND) == LW_KIND_MODULE; }

PUBLIC int lw_close(lw_module module) {
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  int code = is_module(module) ? unload(module) : stale(module);
  host_leave();
  return code;
}

PUBLIC int lw_retain(lw_module module) {
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  int code = is_module(module) ? core_retain(module) : stale(module);
  if (code == LW_CODE_OUT_OF_MEMORY) fail(code, "there is no memory for a reference");
  host_leave();
  return code;
}

PUBLIC int lw_patch(lw_module module, const char *name, void *address, unsigned *places) {
  if (!name) return fail(LW_CODE_WRONG_KIND, "lw_patch: no name");
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  uint32_t count = 0;
  int code;
  if (!is_module(module)) code = stale(module);
  else {
    uint32_t session = core_patch(module, addr_of(name), (uint32_t)strlen(name), address ? addr_of(address) : LW_NONE);
    if (!session) code = fail(LW_CODE_OUT_OF_MEMORY, "there is no memory for the loader's records");
    else if (core_advance(session) == LW_ANSWER_DONE) {
      code = LW_OK;
      count = core_result(session);
    } else code = fail_session(session);
    core_close(session);
  }
  if (places) *places = count;
  host_leave();
  return code;
}

/* ---- questions ---- */

static void *pointer(uint64_t value) { return value == LW_NONE ? NULL : at(value); }

static void tell(uint32_t module, struct lw_info *info) {
  struct file *file = file_at((uint32_t)core_value(module, LW_FIELD_SOURCE));
  *info = (struct lw_info){
    .module = module,
    .path = file ? file->path : "",
    .base = at(core_value(module, LW_FIELD_BASE)),
    .bytes = (size_t)core_value(module, LW_FIELD_BYTES),
    .bias = (uintptr_t)core_value(module, LW_FIELD_BIAS),
    .dynamic = pointer(core_value(module, LW_FIELD_DYNAMIC)),
    .headers = pointer(core_value(module, LW_FIELD_PHDR)),
    .header_count = core_count(module, LW_LIST_PHDR),
    .references = (unsigned)core_value(module, LW_FIELD_REFERENCES),
    .is_adopted = file && file->bias != LW_NONE,
  };
}

PUBLIC int lw_module_info(lw_module module, struct lw_info *info) {
  if (!info) return fail(LW_CODE_WRONG_KIND, "lw_module_info: no place for what is known");
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  int code = LW_OK;
  if (is_module(module)) tell(module, info);
  else code = stale(module);
  host_leave();
  return code;
}

PUBLIC int lw_modules(lw_context context, int (*visit)(const struct lw_info *info, void *data), void *data) {
  if (!visit) return fail(LW_CODE_WRONG_KIND, "lw_modules: nobody to call");
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  uint32_t of = context_of(context);
  int answer = of ? 0 : LW_CODE_STALE_HANDLE;
  for (uint32_t i = 0; of && answer == 0 && i < core_count(of, LW_LIST_MODULE); ++i) {
    struct lw_info info;
    tell((uint32_t)core_entry(of, LW_LIST_MODULE, i, LW_FIELD_OWNER), &info);
    answer = visit(&info, data);
  }
  host_leave();
  return answer;
}

/* Sections of one name that are told one behind the other, without a gap but for alignment, are one. */
static void *section_of(uint32_t module, const char *name, size_t *bytes) {
  uint64_t start = LW_NONE, end = 0;
  size_t name_bytes = strlen(name);
  for (uint32_t i = 0, count = core_count(module, LW_LIST_SECTION); i < count; ++i) {
    if (core_entry(module, LW_LIST_SECTION, i, LW_FIELD_NAME_BYTES) != name_bytes || memcmp(at(core_entry(module, LW_LIST_SECTION, i, LW_FIELD_NAME)), name, name_bytes) != 0) continue;
    uint64_t address = core_entry(module, LW_LIST_SECTION, i, LW_FIELD_ADDRESS);
    if (start == LW_NONE) start = address;
    else if (address < end || address - end > 64) break;
    end = address + core_entry(module, LW_LIST_SECTION, i, LW_FIELD_BYTES);
  }
  if (bytes) *bytes = start == LW_NONE ? 0 : (size_t)(end - start);
  return start == LW_NONE ? NULL : at(start);
}

PUBLIC void *lw_section(lw_module module, const char *name, size_t *bytes) {
  if (bytes) *bytes = 0;
  if (!name) return fail(LW_CODE_WRONG_KIND, "lw_section: the section has no name"), NULL;
  if (!host_enter()) return NULL;
  void *section = section_of(module, name, bytes);
  if (!section) fail(LW_CODE_MISSING_SYMBOL, "%#x has no section %s that a host may look for", module, name);
  host_leave();
  return section;
}

PUBLIC int lw_address(lw_context context, const void *address, struct lw_place *place) {
  if (!place) return fail(LW_CODE_WRONG_KIND, "lw_address: no place for what is known");
  *place = (struct lw_place){0};
  uint32_t of = context ? context : process;
  if (!of) return LW_NO_MODULE;
  read_begin();
  uint64_t found = core_symbol_at(of, addr_of(address));
  uint32_t module = (uint32_t)(found >> 32), index = (uint32_t)found;
  if (module) {
    *place = (struct lw_place){.module = module};
    uint64_t name = index ? core_entry(module, LW_LIST_SYMBOL, index, LW_FIELD_NAME) : LW_NONE;
    uint64_t start = index ? core_entry(module, LW_LIST_SYMBOL, index, LW_FIELD_ADDRESS) : LW_NONE;
    uint64_t bytes = index ? core_entry(module, LW_LIST_SYMBOL, index, LW_FIELD_BYTES) : LW_NONE;
    // The module may have been closed since it was found.
    if (name != LW_NONE && start != LW_NONE && bytes != LW_NONE) {
      place->symbol = pointer(name);
      place->address = at(start);
      place->bytes = (size_t)bytes;
    }
  }
  read_end();
  return module ? LW_OK : LW_NO_MODULE;
}

/* ---- the host's say ---- */

static int say(lw_context context, void (*change)(struct say *, const struct say *), const struct say *wanted) {
  if (!host_enter()) return LW_CODE_OUT_OF_MEMORY;
  uint32_t of = context_of(context);
  int code = of ? LW_OK : LW_CODE_STALE_HANDLE;
  struct say *said = of ? say_of(of, true) : NULL;
  if (said) {
    change(said, wanted);
    core_policy(of, ordinary_policy(of == process ? 0 : 1) | (said->before ? LW_POLICY_BEFORE : 0) | (said->interceptor ? LW_POLICY_INTERCEPT : 0));
  } else if (of) code = fail(LW_CODE_OUT_OF_MEMORY, "there is no memory for what is said of a context");
  host_leave();
  return code;
}

static void change_resolvers(struct say *said, const struct say *wanted) {
  said->before = wanted->before;
  said->after = wanted->after;
  said->resolver_data = wanted->resolver_data;
}

PUBLIC int lw_resolvers(lw_context context, lw_resolver before, lw_resolver after, void *data) {
  return say(context, change_resolvers, &(struct say){.before = before, .after = after, .resolver_data = data});
}

static void change_interceptor(struct say *said, const struct say *wanted) {
  said->interceptor = wanted->interceptor;
  said->interceptor_data = wanted->interceptor_data;
}

PUBLIC int lw_intercept(lw_context context, lw_interceptor interceptor, void *data) {
  return say(context, change_interceptor, &(struct say){.interceptor = interceptor, .interceptor_data = data});
}
