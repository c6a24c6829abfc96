/* What the system's linker has loaded: its list of modules (struct r_debug, that debuggers read), each a file that has its place. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include "host.h"
#include "own.h"
#include "tls.h"

struct r_debug *adopted_debug(void) {
  static struct r_debug *debug;
  if (debug) return debug;
  const ElfW(Phdr) *headers = at(getauxval(AT_PHDR));
  size_t count = getauxval(AT_PHNUM);
  const ElfW(Dyn) *dynamic = NULL;
  uintptr_t bias = 0;
  for (size_t i = 0; headers && i < count; ++i) {
    if (headers[i].p_type == PT_PHDR) bias = (uintptr_t)headers - headers[i].p_vaddr;
  }
  for (size_t i = 0; headers && i < count; ++i) {
    if (headers[i].p_type == PT_DYNAMIC) dynamic = at(bias + headers[i].p_vaddr);
  }
  for (; dynamic && dynamic->d_tag != DT_NULL; ++dynamic) {
    if (dynamic->d_tag == DT_DEBUG && dynamic->d_un.d_ptr) debug = (struct r_debug *)dynamic->d_un.d_ptr;
  }
  return debug;
}

/* Main program first; null in a program without a linker. */
struct link_map *adopted_first(void) {
  const struct r_debug *debug = adopted_debug();
  return debug ? debug->r_map : NULL;
}

/* Files of it, in its order. */
static struct adopted {
  uint32_t source;
  const struct link_map *map;
  const char *name; /* behind the last slash; the program has none */
  bool is_local;
} *adopted;
static size_t adopted_count, adopted_room;

static bool is_known(const struct link_map *map) {
  for (size_t i = 0; i < adopted_count; ++i) {
    if (adopted[i].map == map) return true;
  }
  return false;
}

struct span {
  uintptr_t bias, start, end;
  bool is_there;
};

static int has_span(struct dl_phdr_info *info, size_t bytes, void *data) {
  struct span *span = data;
  (void)bytes;
  if (info->dlpi_addr != span->bias) return 0;
  for (unsigned i = 0; i < info->dlpi_phnum && !span->is_there; ++i) {
    uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    span->is_there = info->dlpi_phdr[i].p_type == PT_LOAD && span->start >= start && span->end - start <= info->dlpi_phdr[i].p_memsz;
  }
  return 1;
}

/* Whether a module of the system's linker has memory there, by its own headers: those of the file may be another one's by now. */
static bool is_mapped(const struct link_map *map, uintptr_t start, size_t bytes) {
  struct span span = {map->l_addr, start, start + bytes, false};
  __typeof(&dl_iterate_phdr) iterate = SYSTEM(dl_iterate_phdr);
  if (iterate && span.end >= start) iterate(has_span, &span);
  return span.is_there;
}

/* The file may have been replaced since: it counts only if it begins as what is in memory does. */
static bool begins_alike(struct file *file, const struct link_map *map) {
  ElfW(Ehdr) head;
  uint64_t view = lw_source_view(0, file->source, 0, file->bytes);
  if (view == LW_REFUSED) return false;
  bool is_same = file->bytes >= sizeof head;
  if (is_same) {
    memcpy(&head, at(view), sizeof head);
    is_same = memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_phentsize == sizeof(ElfW(Phdr)) && head.e_phoff <= file->bytes - sizeof head
           && (size_t)head.e_phnum * sizeof(ElfW(Phdr)) <= file->bytes - head.e_phoff;
  }
  const ElfW(Phdr) *headers = is_same ? at(view + head.e_phoff) : NULL;
  bool is_found = false;
  for (unsigned i = 0; is_same && i < head.e_phnum; ++i) {
    if (headers[i].p_type == PT_DYNAMIC) is_found = map->l_addr + headers[i].p_vaddr == (uintptr_t)map->l_ld;
  }
  for (unsigned i = 0; is_same && is_found && i < head.e_phnum; ++i) {
    if (headers[i].p_type != PT_LOAD || headers[i].p_offset != 0) continue;
    // Headers, and as a rule the tables of symbols, which say more of what it is.
    enum { ENOUGH_BYTES = 1 << 16 };
    uintptr_t start = map->l_addr + headers[i].p_vaddr;
    size_t bytes = headers[i].p_flags & PF_W ? sizeof head : headers[i].p_filesz < ENOUGH_BYTES ? headers[i].p_filesz : ENOUGH_BYTES;
    is_same = bytes <= file->bytes && is_mapped(map, start, bytes) && memcmp(at(start), at(view), bytes) == 0;
  }
  lw_source_unview(file->source, view, 0);
  return is_same && is_found;
}

static bool is_same(struct file *file, const struct link_map *map) {
  struct guard outer;
  guard_begin(&outer);
  bool is_same = begins_alike(file, map);
  return guard_end(&outer) && is_same;
}

bool adopt_lacks;

/* What libc or the program has opened itself (character sets, name services) may be closed again. A reference of ours keeps it while it is
 * looked at, and for good if it is adopted; false if it is gone. */
static bool hold(const char *path, const struct link_map *map, int mode) {
  __typeof(&dlopen) open = SYSTEM(dlopen);
  __typeof(&dlclose) close = SYSTEM(dlclose);
  void *held = open ? open(path, RTLD_LAZY | RTLD_NOLOAD | mode) : NULL;
  if (held && held != map && close) close(held); // another one is loaded from there by now
  return held == map;
}

static void let_go(const struct link_map *map) {
  __typeof(&dlclose) close = SYSTEM(dlclose);
  if (close) close((void *)map);
}

/* ---- whose symbols everybody sees: the system's linker tells nobody, but what a name of the module's means to all is its own only then ---- */

struct tables {
  const ElfW(Sym) *symbols;
  const char *strings;
  const uint32_t *hash, *gnu_hash;
};

static struct tables tables_of(const struct link_map *map) {
  struct tables tables = {0};
  for (const ElfW(Dyn) *each = map->l_ld; each && each->d_tag != DT_NULL; ++each) {
    // The system's linker leaves addresses in its modules, or what the file has.
    const void *table = at(each->d_un.d_ptr < map->l_addr ? map->l_addr + each->d_un.d_ptr : each->d_un.d_ptr);
    if (each->d_tag == DT_SYMTAB) tables.symbols = table;
    else if (each->d_tag == DT_STRTAB) tables.strings = table;
    else if (each->d_tag == DT_HASH) tables.hash = table;
    else if (each->d_tag == DT_GNU_HASH) tables.gnu_hash = table;
  }
  return tables;
}

/* A function or variable that dlsym finds without calling anything. */
static bool is_plain(const ElfW(Sym) *symbol) {
  unsigned type = symbol->st_info & 15, bind = symbol->st_info >> 4;
  return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS && (type == STT_FUNC || type == STT_OBJECT) && (bind == STB_GLOBAL || bind == STB_WEAK);
}

static bool is_meant(const struct link_map *map, const struct tables *tables, const ElfW(Sym) *symbol) {
  __typeof(&dlsym) look = SYSTEM(dlsym);
  __typeof(&dlerror) forget = SYSTEM(dlerror);
  void *found = look ? look(RTLD_DEFAULT, tables->strings + symbol->st_name) : NULL;
  if (!found && forget) forget();
  return found && (uintptr_t)found == map->l_addr + symbol->st_value;
}

/* Some may be hidden by others of their name that are in front: a few are asked for. */
static bool is_global(const struct link_map *map) {
  enum { MOST_ASKED = 16 };
  struct tables tables = tables_of(map);
  if (!tables.symbols || !tables.strings) return false;
  const uint32_t *gnu = tables.gnu_hash, *buckets = gnu ? gnu + 4 + gnu[2] * (sizeof(ElfW(Addr)) / sizeof *gnu) : NULL;
  uint32_t count = gnu ? gnu[0] : tables.hash ? tables.hash[1] : 0;
  for (uint32_t i = 0, asked = 0; i < count && asked < MOST_ASKED; ++i) {
    const ElfW(Sym) *symbol = &tables.symbols[gnu ? buckets[i] : i];
    if (!is_plain(symbol)) continue;
    if (is_meant(map, &tables, symbol)) return true;
    ++asked;
  }
  return false;
}

/* Of what the process was started with; those behind it came later. */
static const struct link_map *last_early;

static bool has_room(void) {
  if (adopted_count < adopted_room) return true;
  size_t room = adopted_room ? 2 * adopted_room : 32;
  void *more = realloc(adopted, room * sizeof *adopted);
  if (!more) return false;
  adopted = more;
  adopted_room = room;
  return true;
}

static void adopt(const struct link_map *map, const char *path, bool is_late) {
  struct file *file;
  int error = file_open(path, &file);
  adopt_lacks |= error == EMFILE || error == ENFILE;
  if (error) {
    LOG(LW_LEVEL_DEBUG, "%s is loaded, but can't be read: it is not adopted", path);
    return;
  }
  if (file->bias != LW_NONE || !is_same(file, map)) {
    LOG(LW_LEVEL_WARN, "%s is loaded, but was replaced since: it is not adopted", path);
    file_drop(file);
    return;
  }
  if (has_room() && (!is_late || hold(path, map, RTLD_NODELETE))) {
    file->bias = map->l_addr;
    const char *slash = strrchr(map->l_name, '/');
    adopted[adopted_count++] = (struct adopted){file->source, map, slash ? slash + 1 : map->l_name, is_late && (&family_is_public || !is_global(map))};
    if (is_late) let_go(map);
  }
  file_drop(file);
}

/* What is not known yet, by the paths of then. */
struct news {
  struct new {
    const struct link_map *map;
    const char *path;
    bool is_late;
  } *each; /* null: how much there is is measured */
  size_t room, count;
  char *text;
  size_t text_room, text_bytes;
};

static void add_new(struct news *news, const struct link_map *map, const char *path, bool is_late) {
  size_t bytes = strlen(path) + 1;
  if (news->each) {
    // There may be more than there was when it was measured: that is for the next time.
    if (news->count == news->room || bytes > news->text_room - news->text_bytes) return;
    news->each[news->count] = (struct new){map, memcpy(news->text + news->text_bytes, path, bytes), is_late};
  }
  ++news->count;
  news->text_bytes += bytes;
}

static void list_news(void *data) {
  bool is_late = false;
  for (const struct link_map *map = adopted_first(); map; map = map->l_next) {
    if (!is_known(map)) {
      if (map == adopted_first()) add_new(data, map, "/proc/self/exe", false);
      else if (strchr(map->l_name, '/')) add_new(data, map, map->l_name, is_late);
    }
    is_late = is_late || map == last_early;
  }
}

void adopt_files(void) {
  struct news measured = {0};
  adopt_lacks = false;
  real_modules(list_news, &measured);
  size_t list_bytes = measured.count * sizeof(struct new);
  char *room = measured.count ? malloc(list_bytes + measured.text_bytes) : NULL;
  if (!room) return;
  struct news news = {.each = (struct new *)room, .room = measured.count, .text = room + list_bytes, .text_room = measured.text_bytes};
  real_modules(list_news, &news);
  for (size_t i = 0; i < news.count; ++i) {
    const struct new *each = &news.each[i];
    if (each->is_late && !hold(each->path, each->map, 0)) continue;
    adopt(each->map, each->path, each->is_late);
    if (each->is_late) let_go(each->map);
  }
  free(room);
}

/* What is opened while dlopen is ours, libc opens for itself alone. Where it is the system's, it is as it is there. */
static unsigned scope_of(const struct adopted *one) { return one->is_local ? 0 : LW_GLOBAL; }

static bool take_in(uint32_t context, const struct adopted *one) {
  lw_module module;
  struct file *file = file_at(one->source);
  if (!file) return true;
  if (load_file(context, file, scope_of(one) | LW_NODELETE, &module) != LW_OK) return false;
  unload(module); /* it stays; references are those of who opens it */
  return true;
}

/* Its file was removed when it had just been looked at: it is known to nobody. */
static bool forget(struct adopted *one) {
  struct file *file = file_at(one->source);
  if (!file || file->uses > 0) return false;
  memmove(one, one + 1, (size_t)(adopted + --adopted_count - one) * sizeof *one);
  file->bias = LW_NONE;
  file_drop(file);
  return true;
}

bool adopt_all(uint32_t context) {
  bool has_all = true;
  adopt_files();
  for (size_t i = 0; i < adopted_count;) {
    bool is_in = take_in(context, &adopted[i]);
    has_all &= is_in;
    if (is_in || !forget(&adopted[i])) ++i;
  }
  return has_all;
}

bool adopt_widened(uint32_t context) {
  bool is_wider = false;
  for (size_t i = 0; i < adopted_count && !&family_is_public; ++i) {
    if (!adopted[i].is_local || !is_global(adopted[i].map)) continue;
    adopted[i].is_local = false;
    is_wider |= take_in(context, &adopted[i]);
  }
  return is_wider;
}

struct file *adopted_named(const char *name, size_t bytes) {
  for (size_t i = 0; i < adopted_count; ++i) {
    if (strncmp(adopted[i].name, name, bytes) == 0 && !adopted[i].name[bytes]) return file_at(adopted[i].source);
  }
  return NULL;
}

struct link_map *adopted_map(uint32_t module) {
  uint32_t source = (uint32_t)core_value(module, LW_FIELD_SOURCE);
  for (size_t i = 0; i < adopted_count; ++i) {
    if (adopted[i].source == source) return (struct link_map *)adopted[i].map;
  }
  return NULL;
}

const char *adopted_run_path(uint32_t *origin) {
  const struct link_map *program = adopted_first();
  const char *path = NULL;
  for (const ElfW(Dyn) *each = program ? program->l_ld : NULL; each && each->d_tag != DT_NULL; ++each) {
    if (each->d_tag == DT_RUNPATH) return NULL;
    if (each->d_tag == DT_RPATH) path = tables_of(program).strings + each->d_un.d_val;
  }
  for (size_t i = 0; i < adopted_count; ++i) {
    if (adopted[i].map == program) *origin = adopted[i].source;
  }
  return path;
}

struct asked {
  uintptr_t bias;
  size_t number;
  const char *block; /* of this thread; null if it has none yet */
};

static int is_asked(struct dl_phdr_info *info, size_t bytes, void *data) {
  struct asked *asked = data;
  if (info->dlpi_addr != asked->bias || bytes < offsetof(struct dl_phdr_info, dlpi_tls_data) + sizeof info->dlpi_tls_data) return 0;
  asked->number = info->dlpi_tls_modid;
  asked->block = info->dlpi_tls_data;
  return 1;
}

static const char *thread_pointer(void) {
  const char *pointer;
#if defined __x86_64__
  __asm__("mov %%fs:0, %0" : "=r"(pointer));
#elif defined __i386__
  __asm__("mov %%gs:0, %0" : "=r"(pointer));
#else
  pointer = __builtin_thread_pointer();
#endif
  return pointer;
}

bool adopted_tls(uint32_t module, size_t *number, intptr_t *offset) {
  struct file *file = file_at((uint32_t)core_value(module, LW_FIELD_SOURCE));
  __typeof(&dl_iterate_phdr) iterate = SYSTEM(dl_iterate_phdr);
  if (!file || file->bias == LW_NONE || !iterate) return false;
  struct asked asked = {.bias = (uintptr_t)file->bias};
  iterate(is_asked, &asked);
  *number = asked.number;
  *offset = asked.block ? asked.block - thread_pointer() : TLS_NOWHERE;
  return true;
}

/* Whatever is there by now was there before the program began. */
__attribute__((constructor(103))) static void note_beginning(void) {
  for (const struct link_map *map = adopted_first(); map; map = map->l_next) last_early = map;
}
