#define _GNU_SOURCE
#include "proof.h"
#include "module.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void give_up(const char *format, ...) {
  va_list words;
  va_start(words, format);
  vfprintf(stderr, format, words);
  va_end(words);
  fputc('\n', stderr);
  exit(1);
}

static int say_adds(struct dl_phdr_info *info, size_t bytes, void *adds) {
  (void)bytes;
  *(unsigned *)adds = (unsigned)info->dlpi_adds;
  return 1;
}

unsigned system_loads(void) {
  static int (*iterate)(int (*)(struct dl_phdr_info *, size_t, void *), void *);
  for (const struct link_map *each = system_modules(); each && !iterate; each = each->l_next) {
    if (!strstr(each->l_name, "/libc.so.6")) continue;
    struct module libc;
    struct name name = name_of("dl_iterate_phdr");
    module_view(&libc, each->l_name, each->l_addr, each->l_ld);
    iterate = module_address(&libc, module_find(&libc, &name));
  }
  if (!iterate) give_up("this process has no libc.so.6 with a dl_iterate_phdr");
  unsigned adds = 0;
  iterate(say_adds, &adds);
  return adds;
}

/* One of the process's mappings. */
struct mapping {
  uintptr_t start, end;
  char flags[5];
  size_t held;
  char path[4096];
};

/* Calls `visit` for each mapping; `smaps` says more than `maps`, and takes longer. */
static void each_mapping(const char *list, void (*visit)(const struct mapping *, void *), void *data) {
  FILE *file = fopen(list, "r");
  if (!file) give_up("%s cannot be read", list);
  char line[4352];
  struct mapping now = {0};
  size_t kib;
  bool is_any = false;
  while (fgets(line, sizeof line, file)) {
    struct mapping next = {0};
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %*s %4095[^\n]", &next.start, &next.end, next.flags, next.path) >= 3) {
      if (is_any) visit(&now, data);
      now = next, is_any = true;
    } else if (sscanf(line, "Anonymous: %zu", &kib) == 1) now.held = kib << 10;
  }
  if (is_any) visit(&now, data);
  fclose(file);
}

struct question {
  const char *path;
  uintptr_t address, image_end;
  size_t count, held;
};

/* Where the image ends whose headers a mapping begins with, a file's or a copy: what of it is no file's is its own, too. 0: there is none. */
static uintptr_t image_end(const struct mapping *mapping) {
  const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)mapping->start;
  if ((*mapping->path != '/' && *mapping->path) || mapping->flags[0] != 'r' || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return 0;
  const ElfW(Phdr) *headers = (const ElfW(Phdr) *)(mapping->start + header->e_phoff);
  uintptr_t end = 0;
  for (unsigned i = 0; i < header->e_phnum; ++i) {
    if (headers[i].p_type == PT_LOAD) end = mapping->start + headers[i].p_vaddr + headers[i].p_memsz;
  }
  return end;
}

static void look(const struct mapping *mapping, void *data) {
  struct question *question = data;
  if (question->path && strcmp(mapping->path, question->path) == 0) ++question->count;
  if (mapping->start >= question->image_end) {
    question->image_end = image_end(mapping);
    if (*mapping->path != '/' && !question->image_end) question->held += mapping->held;
  }
  if (question->address - mapping->start < mapping->end - mapping->start && mapping->flags[2] == 'x') ++question->count;
}

static struct question asked(const char *list, const char *path, const void *address) {
  struct question question = {.path = path, .address = (uintptr_t)address};
  each_mapping(list, look, &question);
  return question;
}

unsigned mappings_of(const char *path) { return (unsigned)asked("/proc/self/maps", path, NULL).count; }
bool is_code(const void *address) { return asked("/proc/self/maps", NULL, address).count > 0; }
size_t held_beside(void) { return asked("/proc/self/smaps", NULL, NULL).held; }
