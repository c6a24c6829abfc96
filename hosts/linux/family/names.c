/* backtrace_symbols: the C library's own knows what its linker loaded. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <string.h>
#include "family.h"

static size_t write_word(const void *address, const Dl_info *info, const struct link_map *map, char *line, size_t room) {
  uintptr_t from = info->dli_sname ? (uintptr_t)info->dli_saddr : map ? map->l_addr : (uintptr_t)info->dli_fbase;
  bool is_behind = (uintptr_t)address >= from;
  uintptr_t distance = is_behind ? (uintptr_t)address - from : from - (uintptr_t)address;
  return (size_t)snprintf(line, room, "%s(%s%c%#lx) [%p]", info->dli_fname, info->dli_sname ? info->dli_sname : "", is_behind ? '+' : '-', (unsigned long)distance, address);
}

/* As snprintf: how long it is. */
static size_t word(const void *address, char *line, size_t room) {
  Dl_info info;
  struct link_map *map = NULL;
  read_begin();
  bool is_own = family_own_address(address, &info, (void **)&map, RTLD_DL_LINKMAP);
  size_t bytes = is_own ? write_word(address, &info, map, line, room) : 0;
  read_end();
  if (is_own) return bytes;
  bool is_named = family_address(address, &info, (void **)&map, RTLD_DL_LINKMAP) && info.dli_fname && *info.dli_fname;
  return is_named ? write_word(address, &info, map, line, room) : (size_t)snprintf(line, room, "[%p]", address);
}

/* One piece of memory, as free() is to take it. Modules may come and go between measuring and writing: what got longer is cut. */
char **family_names(void *const *addresses, int count) {
  size_t bytes = (size_t)count * sizeof(char *);
  for (int i = 0; i < count; ++i) bytes += word(addresses[i], NULL, 0) + 1;
  char **names = malloc(bytes);
  char *text = names ? (char *)(names + count) : NULL, *last = (char *)names + bytes - 1;
  for (int i = 0; names && i < count; ++i) {
    names[i] = text;
    size_t room = (size_t)(last - text), used = word(addresses[i], text, room + 1) + 1;
    text += used < room ? used : room;
  }
  return names;
}

void family_write_names(void *const *addresses, int count, int file) {
  for (int i = 0; i < count; ++i) {
    char line[1024];
    size_t bytes = word(addresses[i], line, sizeof line);
    struct iovec parts[] = {{line, bytes < sizeof line ? bytes : sizeof line - 1}, {(void *)"\n", 1}};
    if (writev(file, parts, 2) < 0) return;
  }
}
