// Opens a library three times and closes it, and says what came of it, in lines that two loaders can be compared by:
//   refused WHY             nothing more
//   opened now|lazy         with RTLD_NOW, or only with RTLD_LAZY
//   unique COUNT            that are to be one in the process: a library with such may stay
//   symbols COUNT           found where the file says: as far from its base
//   symbol NAME PLACE       one that is elsewhere: chosen by a resolver, another library's, thread-local, or missing
//   left PATH               mapped after it was closed, and not before
//   grown BYTES             of memory, but the heap, from its second closing to its third
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *out;

typedef struct {
  char *paths; // each ends with \n; files that are mapped
  long anonymous;
} Maps;

static Maps mapsNow(void) {
  Maps maps = {calloc(1, 1), 0};
  FILE *file = fopen("/proc/self/maps", "r");
  char line[8192];
  while (file && fgets(line, sizeof line, file)) {
    unsigned long start, end;
    int at = 0;
    if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &start, &end, &at) != 2 || !at) continue;
    const char *path = line + at;
    if (!*path || *path == '\n') maps.anonymous += (long)(end - start);
    if (*path != '/' || strstr(maps.paths, path)) continue;
    maps.paths = realloc(maps.paths, strlen(maps.paths) + strlen(path) + 1);
    strcat(maps.paths, path);
  }
  if (file) fclose(file);
  return maps;
}

/** Tells where an address is, in words that do not depend on where libraries are. */
static void tellPlace(const char *name, const void *address) {
  Dl_info info;
  if (!dladdr(address, &info)) fprintf(out, "symbol %s outside\n", name);
  else fprintf(out, "symbol %s %s+%lx\n", name, strrchr(info.dli_fname, '/') ? strrchr(info.dli_fname, '/') + 1 : info.dli_fname,
               (unsigned long)((uintptr_t)address - (uintptr_t)info.dli_fbase));
}

static int isNamed(const void *address, const char *name) {
  Dl_info info;
  return dladdr(address, &info) && info.dli_saddr == address && info.dli_sname && !strcmp(info.dli_sname, name);
}

/** Looks up what the file's own table of dynamic symbols defines. */
static void lookUp(void *handle, uintptr_t base, const char *file, size_t bytes) {
  const ElfW(Ehdr) *header = (const void *)file;
  const ElfW(Shdr) *sections = (const void *)(file + header->e_shoff);
  if (!header->e_shoff || header->e_shoff + header->e_shnum * sizeof *sections > bytes) return;
  const ElfW(Shdr) *symbols = 0;
  const uint16_t *versions = 0;
  for (int i = 0; i < header->e_shnum; i++) {
    if (sections[i].sh_type == SHT_DYNSYM) symbols = &sections[i];
    if (sections[i].sh_type == SHT_GNU_versym) versions = (const void *)(file + sections[i].sh_offset);
  }
  if (!symbols) return;
  const ElfW(Sym) *table = (const void *)(file + symbols->sh_offset);
  const char *names = file + sections[symbols->sh_link].sh_offset;
  unsigned long found = 0, unique = 0;
  for (size_t i = 1; i < symbols->sh_size / sizeof *table; i++) {
    const ElfW(Sym) *symbol = &table[i];
    int type = ELF64_ST_TYPE(symbol->st_info);
    if (symbol->st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol->st_info) == STB_LOCAL || (versions && versions[i] & 0x8000)) continue;
    const char *name = names + symbol->st_name;
    unique += ELF64_ST_BIND(symbol->st_info) == STB_GNU_UNIQUE;
    dlerror();
    const char *address = dlsym(handle, name), *why = dlerror();
    uintptr_t wanted = symbol->st_shndx == SHN_ABS ? symbol->st_value : base + symbol->st_value;
    if (why) fprintf(out, "symbol %s missing\n", name);
    else if (type == STT_TLS) fprintf(out, "symbol %s thread-local\n", name);
    else if ((uintptr_t)address == wanted && type != STT_GNU_IFUNC) found++;
    else if (ELF64_ST_BIND(symbol->st_info) == STB_GNU_UNIQUE && isNamed(address, name)) found++; // of those that have it, any one
    else tellPlace(name, address);
  }
  fprintf(out, "unique %lu\nsymbols %lu\n", unique, found);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  out = fdopen(dup(1), "w"); // stdout is the library's
  int null = open("/dev/null", O_RDWR), fd = open(argv[1], O_RDONLY);
  struct stat status;
  if (!out || null < 0 || fd < 0 || fstat(fd, &status) || dup2(null, 1) != 1 || dup2(null, 2) != 2) return 2;
  char *file = malloc((size_t)status.st_size); // a copy: a mapping would count as the library's
  for (off_t at = 0; file && at < status.st_size;) {
    ssize_t bytes = read(fd, file + at, (size_t)(status.st_size - at));
    if (bytes <= 0) return 2;
    at += bytes;
  }
  if (!file) return 2;
  // What is in the process anyway is there before the first look: dlerror's words, and a table of names.
  dlopen("/nowhere/at/all.so", RTLD_NOW);
  dlerror();

  if (dlopen(argv[1], RTLD_LAZY | RTLD_NOLOAD)) return fprintf(out, "refused it is in every program\n"), fclose(out), 0;
  dlerror();
  Maps before = mapsNow(), last = before;
  for (int round = 0; round < 3; round++) {
    const char *mode = "now";
    void *handle = dlopen(argv[1], RTLD_NOW);
    if (!handle) mode = "lazy", handle = dlopen(argv[1], RTLD_LAZY);
    if (!handle) {
      const char *why = dlerror();
      fprintf(out, "refused %s\n", why ? why : "without a reason");
      return fclose(out), 0;
    }
    if (!round) {
      struct link_map *map;
      if (dlinfo(handle, RTLD_DI_LINKMAP, &map)) return 3;
      fprintf(out, "opened %s\n", mode);
      lookUp(handle, map->l_addr, file, (size_t)status.st_size);
    }
    if (dlclose(handle)) return 4;
    Maps now = mapsNow();
    if (!round) {
      for (char *path = strtok(now.paths, "\n"); path; path = strtok(0, "\n")) {
        if (!strstr(before.paths, path)) fprintf(out, "left %s\n", path);
      }
    }
    if (round == 2) fprintf(out, "grown %ld\n", now.anonymous - last.anonymous);
    last = now;
    fflush(out);
  }
  return fclose(out), 0;
}
