/* Where libraries are, in the order of ld.so(8): DT_RPATH, LD_LIBRARY_PATH, DT_RUNPATH, ld.so.cache, the system's folders. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "cache.h"
#include "host.h"
#include "levels.h"

/* ---- what the core told of the file that needs the library ---- */

static struct told {
  uint32_t origin, rank;
  char *text;
} *told;
static unsigned told_count, told_room;
static bool is_told_all = true; /* there was memory for each */

static bool has_room(void) {
  if (told_count < told_room) return true;
  unsigned room = told_room ? 2 * told_room : 16;
  void *more = realloc(told, room * sizeof *told);
  if (!more) return false;
  told = more;
  told_room = room;
  return true;
}

void search_told(uint64_t session, uint32_t origin, const char *text, size_t bytes, uint32_t rank) {
  (void)session;
  char *copy = has_room() ? strndup(text, bytes) : NULL;
  if (copy) told[told_count++] = (struct told){origin, rank, copy};
  else is_told_all = false;
}

static void forget_told(void) {
  while (told_count > 0) free(told[--told_count].text);
  is_told_all = true;
}

/* ---- folders ---- */

#if defined __x86_64__
#define MULTIARCH "x86_64-linux-gnu"
#elif defined __i386__
#define MULTIARCH "i386-linux-gnu"
#elif defined __aarch64__
#define MULTIARCH "aarch64-linux-gnu"
#elif defined __arm__
#define MULTIARCH "arm-linux-gnueabihf"
#elif defined __riscv && __riscv_xlen == 64
#define MULTIARCH "riscv64-linux-gnu"
#elif defined __riscv
#define MULTIARCH "riscv32-linux-gnu"
#elif defined __loongarch__
#define MULTIARCH "loongarch64-linux-gnu"
#endif

#if UINTPTR_MAX > UINT32_MAX
#define LIB64 ":/lib64:/usr/lib64"
#else
#define LIB64 ""
#endif

static const char system_folders[] = "/lib/" MULTIARCH ":/usr/lib/" MULTIARCH LIB64 ":/lib:/usr/lib";

/* A program that has more rights than its user does not look where the user says. */
static const char *environment_folders(void) {
  static const char *folders;
  static bool is_read;
  if (!is_read) {
    is_read = true;
    const char *value = getauxval(AT_SECURE) ? NULL : getenv("LD_LIBRARY_PATH");
    folders = value && *value ? strdup(value) : NULL;
  }
  return folders;
}

static struct file *opened(const char *path, bool is_searched, int *error) {
  struct file *file;
  int refused = file_open(path, &file);
  LOG(LW_LEVEL_TRACE, refused ? "%s is no file: %s" : "%s is looked at", path, strerror(refused));
  if (refused) {
    // What is not there is looked for elsewhere, and told only if it is nowhere; the first other reason is told.
    if (refused != ENOENT && refused != ENOTDIR && *error == ENOENT) *error = refused;
    return NULL;
  }
  if (!is_searched || file_suits(file)) return file;
  file_drop(file);
  return NULL;
}

/* The folder that a file was found in: links are not followed, as the system's linker does not follow them either. What came from
 * memory has none. */
bool search_folder_of(const char *path, char *home) {
  char program[PATH_MAX];
  if (strcmp(path, "/proc/self/exe") == 0) { // the one link that is the kernel's
    ssize_t bytes = readlink(path, program, sizeof program - 1);
    if (bytes <= 0) return false;
    program[bytes] = 0;
    path = program;
  }
  const char *slash = strrchr(path, '/');
  if (!slash) return false;
  size_t used = 0, length = (size_t)(slash - path + 1);
  if (*path != '/') {
    if (!getcwd(home, PATH_MAX - 1)) return false;
    used = strlen(home);
    home[used++] = '/';
  }
  if (used + length >= PATH_MAX) return false;
  memcpy(home + used, path, length);
  used += length;
  home[used > 1 ? used - 1 : used] = 0;
  return true;
}

/* Appends to a path; false if there is no room. */
static bool append(char path[PATH_MAX], size_t *used, const char *text, size_t bytes) {
  if (*used + bytes >= PATH_MAX) return false;
  memcpy(path + *used, text, bytes);
  path[*used += bytes] = 0;
  return true;
}

/* Writes a folder with $ORIGIN, $LIB and $PLATFORM (braces or not) into `path`; false if there is another $, or no room. */
static bool expand(const char *folder, size_t bytes, uint32_t origin, char path[PATH_MAX]) {
  size_t used = 0;
  path[0] = 0;
  for (size_t i = 0; i < bytes;) {
    const char *value = NULL;
    char home[PATH_MAX];
    size_t length = 0;
    if (folder[i] == '$') {
      static const char *const names[] = {"ORIGIN", "LIB", "PLATFORM"};
      bool has_brace = i + 1 < bytes && folder[i + 1] == '{';
      size_t start = i + 1 + has_brace;
      unsigned which = 0;
      for (; which < 3; ++which) {
        length = strlen(names[which]);
        if (start + length <= bytes && strncmp(folder + start, names[which], length) == 0
            && (!has_brace || (start + length < bytes && folder[start + length] == '}'))) break;
      }
      if (which == 3) return false;
      i = start + length + has_brace;
      if (which == 0) {
        struct file *file = file_at(origin);
        if (!file || !search_folder_of(file->path, home)) return false;
        value = home;
      } else value = which == 1 ? "lib/" MULTIARCH : (const char *)getauxval(AT_PLATFORM);
      if (!value) return false;
      length = strlen(value);
    } else {
      value = folder + i++;
      length = 1;
    }
    if (!append(path, &used, value, length)) return false;
  }
  return true;
}

static struct file *in_folder(char path[PATH_MAX], size_t used, const char *name, size_t name_bytes, int *error) {
  return append(path, &used, "/", 1) && append(path, &used, name, name_bytes) ? opened(path, true, error) : NULL;
}

/* What is no link, and there, is a folder. */
static bool is_there(const char *path) {
  char first;
  return readlink(path, &first, 1) >= 0 || errno == EINVAL;
}

/* Libraries that want more of the processor come first, where there are any. */
static struct file *in_levels(char path[PATH_MAX], size_t used, const char *name, size_t name_bytes, int *error) {
  static const char below[] = "/glibc-hwcaps";
  const char *const *level = levels();
  if (!*level || !append(path, &used, below, sizeof below - 1) || !is_there(path)) return NULL;
  struct file *file = NULL;
  for (; *level && !file; ++level) {
    size_t end = used;
    if (append(path, &end, "/", 1) && append(path, &end, *level, strlen(*level))) file = in_folder(path, end, name, name_bytes, error);
  }
  return file;
}

static struct file *in_folders(const char *folders, uint32_t origin, const char *name, size_t name_bytes, int *error) {
  for (const char *each = folders; each;) {
    const char *end = each + strcspn(each, ":;");
    char path[PATH_MAX];
    struct file *file = NULL;
    // An empty part is the folder that the process is in.
    if (end == each ? (path[0] = '.', path[1] = 0, true) : expand(each, (size_t)(end - each), origin, path)) {
      size_t used = strlen(path);
      file = in_levels(path, used, name, name_bytes, error);
      if (!file) file = in_folder(path, used, name, name_bytes, error);
    }
    if (file) return file;
    each = *end ? end + 1 : NULL;
  }
  return NULL;
}

static struct file *in_told(uint32_t rank, const char *name, size_t bytes, int *error) {
  struct file *file = NULL;
  for (unsigned i = 0; i < told_count && !file; ++i) {
    if (told[i].rank == rank) file = in_folders(told[i].text, told[i].origin, name, bytes, error);
  }
  return file;
}

/* The program's own path is everybody's, unless who needs the library has a DT_RUNPATH. */
static void tell_program(void) {
  uint32_t origin = 0;
  const char *path = adopted_run_path(&origin);
  for (unsigned i = 0; i < told_count; ++i) {
    if (told[i].rank == 1 || (told[i].rank == 0 && told[i].origin == origin)) path = NULL;
  }
  if (path) search_told(0, origin, path, strlen(path), 0);
}

static struct file *open_cached(const char *path, void *error) { return opened(path, true, error); }

static struct file *in_cache(const char *name, size_t bytes, int *error) {
  char text[PATH_MAX];
  size_t used = 0;
  return append(text, &used, name, bytes) ? cache_find(text, open_cached, error) : NULL;
}

/* ---- */

struct file *search_find(const char *name, size_t bytes) {
  char path[PATH_MAX];
  int error = ENOENT;
  struct file *file = NULL;
  if (bytes >= sizeof path) error = ENAMETOOLONG;
  else if (!is_told_all) error = ENOMEM;
  else if (memchr(name, '/', bytes)) {
    uint32_t origin = told_count ? told[0].origin : 0;
    if (expand(name, bytes, origin, path)) file = opened(path, false, &error);
  } else {
    tell_program();
    file = in_told(0, name, bytes, &error);
    if (!file && environment_folders()) file = in_folders(environment_folders(), 0, name, bytes, &error);
    if (!file) file = in_told(1, name, bytes, &error);
    if (!file) file = in_cache(name, bytes, &error);
    if (!file) file = in_folders(system_folders, 0, name, bytes, &error);
  }
  forget_told();
  errno = error;
  return file;
}

static void visit_folders(const char *folders, uint32_t origin, unsigned flags, void (*visit)(const char *, unsigned, void *), void *data) {
  for (const char *each = folders; each;) {
    const char *end = each + strcspn(each, ":;");
    char path[PATH_MAX];
    if (end > each && expand(each, (size_t)(end - each), origin, path)) visit(path, flags, data);
    each = *end ? end + 1 : NULL;
  }
}

void search_folders(void (*visit)(const char *folder, unsigned flags, void *data), void *data) {
  tell_program();
  for (uint32_t rank = 0; rank < 2; ++rank) {
    for (unsigned i = 0; i < told_count; ++i) {
      if (told[i].rank == rank) visit_folders(told[i].text, told[i].origin, SEARCH_RUN_PATH, visit, data);
    }
    if (rank == 0 && environment_folders()) visit_folders(environment_folders(), 0, SEARCH_ENVIRONMENT, visit, data);
  }
  visit_folders(system_folders, 0, SEARCH_SYSTEM, visit, data);
  forget_told();
}

void search_forget(void) {
  forget_told();
  cache_close();
}
