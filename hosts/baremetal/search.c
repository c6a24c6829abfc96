#include "search.h"
#include "libc/libc.h"
#include "machine.h"
#include "payload.h"

/* A longer path is not found. */
enum { PATH_BYTES = 512 };

static struct list {
  const char *text;
  size_t bytes;
  unsigned origin, rank;
} *lists;
static size_t count;

static unsigned *named;
static size_t named_count;

/* ---- a path that is put together ---- */

struct path {
  char text[PATH_BYTES];
  size_t bytes; /* more than there is room for: it is too long */
};

static void add(struct path *path, const char *text, size_t bytes) {
  if (bytes > PATH_BYTES) bytes = PATH_BYTES;
  if (path->bytes + bytes <= PATH_BYTES) memcpy(path->text + path->bytes, text, bytes);
  path->bytes += bytes;
}

/* Cuts off the part behind the last slash, and the slash. */
static void cut(struct path *path) {
  while (path->bytes > 0 && path->text[--path->bytes] != '/') continue;
}

/* A path from the root without empty parts, "." and "..". */
static struct path plain(const struct path *from) {
  struct path path = {.bytes = 0};
  for (size_t at = 0; at < from->bytes;) {
    size_t end = at;
    while (end < from->bytes && from->text[end] != '/') end++;
    const char *part = from->text + at;
    size_t bytes = end - at;
    at = end + 1;
    if (bytes == 0 || (bytes == 1 && part[0] == '.')) continue;
    if (bytes == 2 && part[0] == '.' && part[1] == '.') {
      cut(&path);
      continue;
    }
    if (path.bytes > 0) add(&path, "/", 1);
    add(&path, part, bytes);
  }
  return path;
}

static int find_path(const struct path *path) {
  if (path->bytes > PATH_BYTES) return -1;
  struct path found = plain(path);
  return payload_find(found.text, found.bytes);
}

/* ---- folders ---- */

static void add_origin(struct path *path, unsigned origin) {
  const struct payload_file *file = payload_at(origin);
  const char *slash = file ? strrchr(file->name, '/') : NULL;
  if (slash) add(path, file->name, (size_t)(slash - file->name));
}

static bool is(const char *text, size_t bytes, const char *what) { return bytes == strlen(what) && memcmp(text, what, bytes) == 0; }

/* Adds what a name behind a $ stands for. */
static bool add_named(struct path *path, const char *name, size_t bytes, unsigned origin) {
  if (is(name, bytes, "ORIGIN")) return add_origin(path, origin), true;
  if (is(name, bytes, "LIB")) return add(path, "lib", 3), true;
  if (is(name, bytes, "PLATFORM")) return add(path, BOARD_MACHINE, strlen(BOARD_MACHINE)), true;
  return false;
}

/* A folder with its names replaced; false if it has one that nobody knows. */
static bool expand(struct path *path, const char *text, size_t bytes, unsigned origin) {
  for (size_t at = 0; at < bytes;) {
    if (text[at] != '$') {
      add(path, text + at++, 1);
      continue;
    }
    bool braces = ++at < bytes && text[at] == '{';
    size_t start = at += braces;
    while (at < bytes && (text[at] == '_' || isalnum((unsigned char)text[at]))) at++;
    if (!add_named(path, text + start, at - start, origin)) return false;
    if (braces && (at == bytes || text[at++] != '}')) return false;
  }
  return true;
}

static int find_in(const char *folder, size_t bytes, unsigned origin, const char *name, size_t name_bytes) {
  struct path path = {.bytes = 0};
  if (bytes == 0 || !expand(&path, folder, bytes, origin)) return -1;
  add(&path, "/", 1);
  add(&path, name, name_bytes);
  return find_path(&path);
}

static int find_in_list(const struct list *list, const char *name, size_t name_bytes) {
  for (size_t at = 0; at < list->bytes;) {
    size_t end = at;
    while (end < list->bytes && list->text[end] != ':') end++;
    int index = find_in(list->text + at, end - at, list->origin, name, name_bytes);
    if (index >= 0) return index;
    at = end + 1;
  }
  return -1;
}

static int find_in_rank(unsigned rank, const char *name, size_t name_bytes) {
  int index = -1;
  for (size_t i = 0; i < count && index < 0; i++) {
    if (lists[i].rank == rank) index = find_in_list(&lists[i], name, name_bytes);
  }
  return index;
}

static int find_named(const char *name, size_t name_bytes) {
  for (size_t i = 0; i < named_count; i++) {
    const char *path = payload_at(named[i])->name, *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    if (is(name, name_bytes, last)) return (int)named[i];
  }
  return -1;
}

/* ---- the whole ---- */

void search_add(unsigned origin, const char *text, size_t bytes, unsigned rank) {
  struct list *longer = reallocarray(lists, count + 1, sizeof *lists);
  if (!longer) return;
  lists = longer;
  lists[count++] = (struct list){.text = text, .bytes = bytes, .origin = origin, .rank = rank};
}

static int find(const char *name, size_t name_bytes) {
  struct path path = {.bytes = 0};
  add(&path, name, name_bytes);
  if (memchr(name, '/', name_bytes)) return find_path(&path);
  int index = find_named(name, name_bytes);
  if (index < 0) index = find_in_rank(0, name, name_bytes);
  if (index < 0) index = payload_find(name, name_bytes);
  return index < 0 ? find_in_rank(1, name, name_bytes) : index;
}

int search_find(const char *name, size_t name_bytes) {
  int index = find(name, name_bytes);
  count = 0;
  return index;
}

void search_name(unsigned index) {
  unsigned *longer = reallocarray(named, named_count + 1, sizeof *named);
  if (!longer) return;
  named = longer;
  named[named_count++] = index;
}
