/* <dlfcn.h> and <link.h>: what modules ask the loader while they run. Numbers and structures are glibc's. */
#include "../context.h"
#include "../debugger.h"
#include "../host.h"
#include "../lookup.h"
#include "../payload.h"
#include "../resolver.h"
#include "../search.h"
#include "../symbols.h"
#include "../tls.h"
#include "libc.h"
#include "linkwright.h"
#include "machine.h"

enum { RTLD_LAZY = 1, RTLD_NOW = 2, RTLD_NOLOAD = 4, RTLD_DEEPBIND = 8, RTLD_GLOBAL = 0x100, RTLD_NODELETE = 0x1000 };
#define RTLD_DEFAULT ((void *)0)
#define RTLD_NEXT ((void *)-1)

void *dlopen(const char *name, int mode);
void *dlsym(void *handle, const char *name);
void *dlvsym(void *handle, const char *name, const char *version);
int dlclose(void *handle);
char *dlerror(void);

/* ---- errors: told once ---- */

static char error[256];
static bool failed;

static void *fail(const char *format, const char *a, const char *b) {
  snprintf(error, sizeof error, format, a, b);
  failed = true;
  return NULL;
}

char *dlerror(void) {
  if (!failed) return NULL;
  failed = false;
  return error;
}

static void *fail_session(const char *name, uint32_t session) {
  uint64_t what = lw_value(session, LW_FIELD_FAULT_NAME), code = lw_value(session, LW_FIELD_FAULT_CODE);
  snprintf(error, sizeof error, "%s: refused with code 0x%04x%s%s", name, (unsigned)code, what == LW_NONE ? "" : ", ",
           what == LW_NONE ? "" : (const char *)(uintptr_t)what);
  failed = true;
  return NULL;
}

/* ---- who asks ---- */

#define CALLER module_at((uintptr_t)__builtin_return_address(0))

static uint32_t context_of(uint32_t module) { return module ? (uint32_t)lw_value(module, LW_FIELD_CONTEXT) : context_now(); }

/* ---- dlopen, dlclose ---- */

enum { DT_STRTAB = 5, DT_RPATH = 15, DT_RUNPATH = 29 };

static uint64_t dynamic(uint32_t module, uint64_t tag) {
  uint32_t count = lw_count(module, LW_LIST_DYNAMIC);
  for (uint32_t i = 0; i < count; i++) {
    if (lw_entry(module, LW_LIST_DYNAMIC, i, LW_FIELD_TYPE) == tag) return lw_entry(module, LW_LIST_DYNAMIC, i, LW_FIELD_VALUE);
  }
  return LW_NONE;
}

/* The folders of the one who asks hold for what it opens, too. */
static void add_folders(uint32_t module) {
  uint64_t tag = dynamic(module, DT_RUNPATH) != LW_NONE ? DT_RUNPATH : DT_RPATH, offset = dynamic(module, tag);
  if (offset == LW_NONE) return;
  uintptr_t strings = (uintptr_t)(dynamic(module, DT_STRTAB) + lw_value(module, LW_FIELD_BIAS));
  const char *folders = (const char *)(strings + (uintptr_t)offset);
  search_add((unsigned)lw_value(module, LW_FIELD_SOURCE) - 1, folders, strlen(folders), tag == DT_RUNPATH);
}

/* The source of the module that calls itself so; 0 if none does. */
static uint32_t source_named(uint32_t context, const char *name) {
  uint32_t count = lw_count(context, LW_LIST_MODULE);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t module = (uint32_t)lw_entry(context, LW_LIST_MODULE, i, LW_FIELD_OWNER);
    uint64_t own = lw_value(module, LW_FIELD_NAME);
    if (own != LW_NONE && strcmp((const char *)(uintptr_t)own, name) == 0) return (uint32_t)lw_value(module, LW_FIELD_SOURCE);
  }
  return 0;
}

static uint32_t source_of(uint32_t caller, const char *name) {
  uint32_t source = source_named(context_of(caller), name);
  if (source) return source;
  if (caller) add_folders(caller);
  return (uint32_t)(search_find(name, strlen(name)) + 1);
}

static uint32_t flags_of(int mode) {
  static const struct {
    int mode;
    enum lw_flag flag;
  } rows[] = {
    {RTLD_LAZY, LW_FLAG_LAZY}, {RTLD_GLOBAL, LW_FLAG_GLOBAL}, {RTLD_DEEPBIND, LW_FLAG_DEEP_BIND}, {RTLD_NODELETE, LW_FLAG_NO_DELETE},
  };
  uint32_t flags = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (mode & rows[i].mode) flags |= (uint32_t)rows[i].flag;
  }
  return mode & RTLD_NOW ? flags & ~(uint32_t)LW_FLAG_LAZY : flags;
}

/* A handle is the core's: of a module, or of a context for the program itself and for libraries that the image stands for. */
void *dlopen(const char *name, int mode) {
  uint32_t caller = CALLER, context = context_of(caller);
  if (!(mode & (RTLD_LAZY | RTLD_NOW))) return fail("%s: neither RTLD_LAZY nor RTLD_NOW", name ? name : "", "");
  if (!name || symbols_library(name, strlen(name))) return (void *)(uintptr_t)context;
  uint32_t source = source_of(caller, name);
  if (source == 0) return fail("%s: no such file in the payload", name, "");
  if (mode & RTLD_NOLOAD && !module_from(context, source)) return NULL;
  uint32_t session = lw_load(context, source, flags_of(mode)), module = 0;
  if (session == 0) return fail("%s: no memory", name, "");
  if (settle(session) == LW_ANSWER_DONE) module = lw_result(session);
  else fail_session(name, session);
  lw_close(session);
  return (void *)(uintptr_t)module;
}

int dlclose(void *handle) {
  uint32_t module = (uint32_t)(uintptr_t)handle;
  if (lw_value(module, LW_FIELD_KIND) == LW_KIND_CONTEXT) return 0;
  uint32_t session = lw_unload(module);
  if (session == 0) return fail("dlclose: no memory", "", ""), -1;
  bool done = settle(session) == LW_ANSWER_DONE;
  if (!done) fail_session("dlclose", session);
  lw_close(session);
  return done ? 0 : -1;
}

/* ---- dlsym ---- */

/* A symbol of the image; NULL if it has none of this name. It stands for every version of the C library's, and for nobody else's. */
static void *image_symbol(const char *name, const char *version) {
  static const char ours[] = "GLIBC_";
  if (version && strncmp(version, ours, sizeof ours - 1) != 0) return NULL;
  const struct symbol *symbol = symbols_find(name, strlen(name), false);
  return symbol ? (void *)(uintptr_t)symbol->at : NULL;
}

static found_symbol find(void *handle, uint32_t caller, const char *name, const char *version) {
  if (handle == RTLD_NEXT) return caller ? symbol_next(caller, name, version) : 0;
  if (handle != RTLD_DEFAULT) return symbol_find((uint32_t)(uintptr_t)handle, name, version);
  found_symbol found = symbol_find(context_of(caller), name, version);
  return found || !caller ? found : symbol_find(caller, name, version);
}

static void *look_up(void *handle, uint32_t caller, const char *name, const char *version) {
  bool known = handle == RTLD_DEFAULT || handle == RTLD_NEXT || lw_value((uint32_t)(uintptr_t)handle, LW_FIELD_KIND) != LW_KIND_NONE;
  if (!known) return fail("%s: not a handle", name, "");
  found_symbol found = find(handle, caller, name, version);
  void *address = found ? (void *)symbol_address(found) : image_symbol(name, version);
  if (!found && !address) return fail(version ? "undefined symbol: %s, version %s" : "undefined symbol: %s", name, version);
  return address;
}

void *dlsym(void *handle, const char *name) { return look_up(handle, CALLER, name, NULL); }

void *dlvsym(void *handle, const char *name, const char *version) { return look_up(handle, CALLER, name, version); }

/* ---- dladdr ---- */

struct dl_info {
  const char *file;
  void *base;
  const char *symbol; /* NULL: none holds the address */
  void *address;
};

int dladdr(const void *address, struct dl_info *info);
int dladdr(const void *address, struct dl_info *info) {
  uint32_t module = module_at((uintptr_t)address);
  if (module == 0) return 0;
  *info = (struct dl_info){.file = source_name(lw_value(module, LW_FIELD_SOURCE)), .base = (void *)(uintptr_t)lw_value(module, LW_FIELD_BASE)};
  found_symbol found = lw_symbol_at(context_of(module), (uintptr_t)address);
  if ((uint32_t)found == 0) return 1;
  info->symbol = (const char *)(uintptr_t)symbol_field(found, LW_FIELD_NAME);
  info->address = (void *)(uintptr_t)symbol_field(found, LW_FIELD_ADDRESS);
  return 1;
}

/* ---- dl_iterate_phdr ---- */

struct dl_phdr_info {
  uintptr_t bias;
  const char *name;
  const void *headers;
  uint16_t count;
  unsigned long long adds, subs;
  size_t tls_number;
  void *tls_block;
};

/* In the module's memory, or where they are not part of it, in its file: e_phoff says where. */
static const void *headers_of(uint32_t module) {
  uint64_t there = lw_value(module, LW_FIELD_PHDR);
  if (there != LW_NONE) return (const void *)(uintptr_t)there;
  enum { PHOFF_AT = sizeof(void *) == 8 ? 32 : 28 };
  const unsigned char *file = payload_at((unsigned)lw_value(module, LW_FIELD_SOURCE) - 1)->start;
  uintptr_t offset;
  memcpy(&offset, file + PHOFF_AT, sizeof offset);
  return file + offset;
}

static struct dl_phdr_info info_of(uint32_t module) {
  size_t number = (size_t)lw_value(module, LW_FIELD_TLS_NUMBER);
  return (struct dl_phdr_info){
    .bias = (uintptr_t)lw_value(module, LW_FIELD_BIAS),
    .name = source_name(lw_value(module, LW_FIELD_SOURCE)),
    .headers = headers_of(module),
    .count = (uint16_t)lw_count(module, LW_LIST_PHDR),
    .adds = debugger_added,
    .subs = debugger_removed,
    .tls_number = number,
    .tls_block = number ? __tls_get_addr(&(struct tls_index){number, -(uintptr_t)BOARD_TLS_BIAS}) : NULL,
  };
}

int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *info, size_t bytes, void *data), void *data);
int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *info, size_t bytes, void *data), void *data) {
  uint32_t context = context_of(CALLER);
  for (uint32_t i = 0; i < lw_count(context, LW_LIST_MODULE); i++) {
    struct dl_phdr_info info = info_of((uint32_t)lw_entry(context, LW_LIST_MODULE, i, LW_FIELD_OWNER));
    int answer = visit(&info, sizeof info, data);
    if (answer != 0) return answer;
  }
  return 0;
}
