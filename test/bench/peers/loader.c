/* The same steps as ours, written in C for this machine and this process: what is between the two is the price of WebAssembly and of
 * caution. It believes what it reads. */
#define _GNU_SOURCE
#include "module.h"
#include "peer.h"
#include "proof.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, MOST_NEEDS = 64, MOST_SYSTEM = 64 };

#define DOWN(value) ((value) & -(uintptr_t)PAGE)
#define UP(value) DOWN((value) + PAGE - 1)

/* A module of ours. */
struct own {
  struct module module;
  struct own *next;
  dev_t device;
  ino_t number;
  unsigned references;
  bool is_global, is_bound;
  uintptr_t base, relro;
  size_t bytes, relro_bytes;
  struct own *needs[MOST_NEEDS];
  const struct module **scope; /* itself, and what it needs, each once, breadth first */
  size_t need_count, scope_count;
};

static struct module systems[MOST_SYSTEM];
static size_t system_count;
static struct own *first;
static char error[512];

const char *peer_error(void) { return error; }

void peer_start(const char *file) {
  (void)file;
  for (const struct link_map *map = system_modules(); map && system_count < MOST_SYSTEM; map = map->l_next) {
    module_view(&systems[system_count], map->l_name, map->l_addr, map->l_ld);
    if (systems[system_count].bloom) ++system_count;
  }
}

/* ---- map ---- */

static int prot_of(uint32_t flags) { return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) | (flags & PF_X ? PROT_EXEC : 0); }

static bool map(struct own *own, int file, const char *path) {
  char head[1024] __attribute__((aligned(8)));
  if (pread(file, head, sizeof head, 0) < (ssize_t)sizeof(ElfW(Ehdr))) return false;
  const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)head;
  const ElfW(Phdr) *headers = (const ElfW(Phdr) *)(head + header->e_phoff), *dynamic = NULL, *relro = NULL, *lead = NULL;
  for (unsigned i = 0; i < header->e_phnum; ++i) {
    const ElfW(Phdr) *each = &headers[i];
    if (each->p_type == PT_DYNAMIC) dynamic = each;
    if (each->p_type == PT_GNU_RELRO) relro = each;
    if (each->p_type == PT_LOAD) lead = lead ? lead : each, own->bytes = UP(each->p_vaddr + each->p_memsz);
  }
  own->base = (uintptr_t)mmap(NULL, own->bytes, prot_of(lead->p_flags), MAP_PRIVATE, file, 0);
  if ((void *)own->base == MAP_FAILED) return false;
  for (const ElfW(Phdr) *each = lead; each < headers + header->e_phnum; ++each) {
    if (each->p_type != PT_LOAD) continue;
    uintptr_t start = own->base + DOWN(each->p_vaddr), file_end = own->base + each->p_vaddr + each->p_filesz, end = own->base + each->p_vaddr + each->p_memsz;
    int prot = prot_of(each->p_flags);
    if (each != lead) mmap((void *)start, file_end - start, prot, MAP_PRIVATE | MAP_FIXED, file, (off_t)DOWN(each->p_offset));
    if (end > file_end && prot & PROT_WRITE) memset((void *)file_end, 0, (end < UP(file_end) ? end : UP(file_end)) - file_end);
    if (end > UP(file_end)) mmap((void *)UP(file_end), UP(end) - UP(file_end), prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  }
  if (relro) own->relro = own->base + DOWN(relro->p_vaddr), own->relro_bytes = DOWN(own->base + relro->p_vaddr + relro->p_memsz) - own->relro;
  module_view(&own->module, path, own->base, (const ElfW(Dyn) *)(own->base + dynamic->p_vaddr));
  return true;
}

/* ---- what it needs ---- */

static struct own *load(const char *path);

static const struct module *system_named(const char *name) {
  for (size_t i = 0; i < system_count; ++i) {
    if (strcmp(systems[i].name, name) == 0) return &systems[i];
  }
  return NULL;
}

static bool load_needs(struct own *own, const char *path) {
  for (const ElfW(Dyn) *each = own->module.dynamic; each->d_tag; ++each) {
    if (each->d_tag != DT_NEEDED) continue;
    const char *name = own->module.strings + each->d_un.d_val;
    if (system_named(name)) continue;
    struct own *need = first;
    while (need && strcmp(need->module.name, name) != 0) need = need->next;
    if (need) ++need->references;
    else {
      char beside[4096];
      const char *slash = strrchr(path, '/');
      snprintf(beside, sizeof beside, "%.*s/%s", (int)(slash - path), path, name);
      need = load(beside);
    }
    if (!need || own->need_count == MOST_NEEDS) return false;
    own->needs[own->need_count++] = need;
  }
  return true;
}

static void scope_of(struct own *own) {
  struct own *seen[MOST_NEEDS * 4] = {own};
  size_t count = 1;
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = 0; j < seen[i]->need_count; ++j) {
      size_t k = 0;
      while (k < count && seen[k] != seen[i]->needs[j]) ++k;
      if (k == count && count < sizeof seen / sizeof *seen) seen[count++] = seen[i]->needs[j];
    }
  }
  own->scope = malloc((count + system_count) * sizeof *own->scope);
  for (size_t i = 0; i < count; ++i) own->scope[i] = &seen[i]->module;
  own->scope_count = count;
  for (const ElfW(Dyn) *each = own->module.dynamic; each->d_tag; ++each) {
    const struct module *found = each->d_tag == DT_NEEDED ? system_named(own->module.strings + each->d_un.d_val) : NULL;
    if (found) own->scope[own->scope_count++] = found;
  }
}

/* ---- bind and relocate ---- */

static bool is_callable(const ElfW(Sym) * symbol) { return ELF64_ST_TYPE(symbol->st_info) != STT_TLS; }

/* What the program can see comes first, as everywhere. */
static void *bound(const struct own *own, size_t index) {
  struct name name = name_asked(&own->module, index);
  const ElfW(Sym) *found;
  for (size_t i = 0; i < system_count; ++i) {
    if ((found = module_find(&systems[i], &name)) && is_callable(found)) return module_address(&systems[i], found);
  }
  for (const struct own *each = first; each; each = each->next) {
    if (each->is_global && (found = module_find(&each->module, &name))) return module_address(&each->module, found);
  }
  for (size_t i = 0; i < own->scope_count; ++i) {
    if ((found = module_find(own->scope[i], &name))) return module_address(own->scope[i], found);
  }
  return NULL;
}

static bool relocate_table(const struct own *own, const ElfW(Rela) * table, const ElfW(Rela) * end) {
  uintptr_t base = own->base;
  for (; table < end && ELF64_R_TYPE(table->r_info) == R_RELATIVE; ++table) *(uintptr_t *)(base + table->r_offset) = base + (uintptr_t)table->r_addend;
  size_t last = 0;
  uintptr_t value = 0;
  for (; table < end; ++table) {
    uintptr_t *place = (uintptr_t *)(base + table->r_offset);
    size_t index = ELF64_R_SYM(table->r_info);
    if (index != last) last = index, value = (uintptr_t)bound(own, index);
    if (!value && ELF64_ST_BIND(own->module.symbols[index].st_info) != STB_WEAK && index) {
      snprintf(error, sizeof error, "nobody has %s", own->module.strings + own->module.symbols[index].st_name);
      return false;
    }
    uint32_t type = ELF64_R_TYPE(table->r_info);
    if (type != R_WORD && type != R_DATA && type != R_SLOT && type != R_RELATIVE) {
      snprintf(error, sizeof error, "relocation %u is not one that it knows", type);
      return false;
    }
    *place = type == R_RELATIVE ? base + (uintptr_t)table->r_addend : value + (uintptr_t)table->r_addend;
  }
  return true;
}

static void relocate_packed(const struct own *own) {
  uintptr_t *place = NULL;
  for (const uintptr_t *each = own->module.packed, *end = each + own->module.packed_bytes / sizeof *each; each < end; ++each) {
    if (!(*each & 1)) place = (uintptr_t *)(own->base + *each), *place++ += own->base;
    else {
      for (size_t i = 0; *each >> i >> 1; ++i) {
        if (*each >> i >> 1 & 1) place[i] += own->base;
      }
      place += 8 * sizeof *each - 1;
    }
  }
}

static bool bind(struct own *own) {
  if (own->is_bound) return true;
  own->is_bound = true;
  for (size_t i = 0; i < own->need_count; ++i) {
    if (!bind(own->needs[i])) return false;
  }
  scope_of(own);
  const struct module *module = &own->module;
  relocate_packed(own);
  if (!relocate_table(own, module->relocations, (const void *)((const char *)module->relocations + module->relocation_bytes))) return false;
  if (!relocate_table(own, module->slots, (const void *)((const char *)module->slots + module->slot_bytes))) return false;
  if (own->relro_bytes) mprotect((void *)own->relro, own->relro_bytes, PROT_READ);
  if (module->init) module->init(0, NULL, NULL);
  for (size_t i = 0; i < module->initialiser_count; ++i) module->initialisers[i](0, NULL, NULL);
  return true;
}

/* ---- from beginning to end ---- */

static struct own *load(const char *path) {
  struct stat status;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &status) != 0) {
    snprintf(error, sizeof error, "%s cannot be read", path);
    return NULL;
  }
  struct own *own = first;
  while (own && (own->number != status.st_ino || own->device != status.st_dev)) own = own->next;
  if (own) ++own->references;
  else if ((own = calloc(1, sizeof *own))) {
    own->device = status.st_dev, own->number = status.st_ino, own->references = 1;
    if (!map(own, file, path) || !load_needs(own, path)) give_up("%s: %s", path, error);
    own->next = first, first = own;
  }
  close(file);
  return own;
}

static void unload(struct own *own) {
  if (--own->references) return;
  const struct module *module = &own->module;
  for (size_t i = module->finaliser_count; i-- > 0;) module->finalisers[i]();
  if (module->fini) module->fini();
  struct own **link = &first;
  while (*link != own) link = &(*link)->next;
  *link = own->next;
  munmap((void *)own->base, own->bytes);
  for (size_t i = 0; i < own->need_count; ++i) unload(own->needs[i]);
  free(own->module.versions);
  free(own->scope);
  free(own);
}

void *peer_open(const char *path, bool is_global) {
  struct own *own = load(path);
  if (!own || !bind(own)) return NULL;
  own->is_global |= is_global;
  return own;
}

void *peer_symbol(void *module, const char *text, size_t bytes) {
  (void)bytes;
  const struct own *own = module;
  struct name name = name_of(text);
  for (size_t i = 0; i < own->scope_count; ++i) {
    const ElfW(Sym) *found = module_find(own->scope[i], &name);
    if (found) return module_address(own->scope[i], found);
  }
  return NULL;
}

void peer_close(void *module) { unload(module); }
