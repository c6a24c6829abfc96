// Many libraries, opened and closed in any order: whoever asks by address is told of each that is there, from its first byte to its last.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
int one(void) { return 17; }
#else
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

enum { MANY = 150 };
static void *modules[MANY];
static struct dl_find_object places[MANY];

/* The same bytes in a file of its own. */
static void *open_copy(void) {
  char path[64];
  struct stat found;
  int from = open("./one.so", O_RDONLY), to = memfd_create("copy", MFD_CLOEXEC);
  CHECK(from >= 0 && to >= 0 && !fstat(from, &found) && sendfile(to, from, 0, (size_t)found.st_size) == found.st_size);
  snprintf(path, sizeof path, "/proc/self/fd/%d", to);
  void *module = OPEN(path, RTLD_NOW);
  close(from);
  close(to);
  return module;
}

static void add(int i) {
  modules[i] = open_copy();
  CHECK(!_dl_find_object(SYMBOL(void *, modules[i], "one"), &places[i]));
}

static void drop(int i) {
  CHECK(!dlclose(modules[i]));
  modules[i] = 0;
}

/* Where one was that is gone another may be by now. */
static int is_told(int i) {
  struct dl_find_object first, last, before, behind;
  char *start = places[i].dlfo_map_start, *end = places[i].dlfo_map_end;
  if (_dl_find_object(start, &first) || _dl_find_object(end - 1, &last)) return 0;
  if (!_dl_find_object(start - 1, &before) && before.dlfo_map_start == first.dlfo_map_start) return 0;
  if (!_dl_find_object(end, &behind) && behind.dlfo_map_start == first.dlfo_map_start) return 0;
  return first.dlfo_map_start == start && first.dlfo_map_end == end && last.dlfo_map_start == start && first.dlfo_link_map == places[i].dlfo_link_map;
}

static int is_unknown(int i) {
  struct dl_find_object found;
  for (int k = 0; k < MANY; k++) {
    if (modules[k] && places[k].dlfo_map_start < places[i].dlfo_map_end && places[i].dlfo_map_start < places[k].dlfo_map_end) return 1;
  }
  return _dl_find_object(places[i].dlfo_map_start, &found) == -1;
}

static void look(void) {
  for (int i = 0; i < MANY; i++) CHECK(modules[i] ? is_told(i) : !places[i].dlfo_map_start || is_unknown(i));
}

int main(void) {
  for (int i = 0; i < MANY; i++) add(i);
  look();
  for (int i = 0; i < MANY; i += 3) drop(i);
  look();
  for (int i = MANY; i-- > 0;) {
    if (modules[i] && i % 2) drop(i);
  }
  look();
  for (int i = 0; i < MANY; i++) {
    if (!modules[i]) add(i);
  }
  look();
  for (int i = MANY; i-- > 0;) drop(i);
  look();
  return verdict();
}
#endif
