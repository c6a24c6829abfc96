/* Functions of the system's that this library stands in front of: found in the system's own list of modules, before the core is opened. */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <string.h>
#include "host.h"
#include "tls.h"

typedef int iterate_function(int (*)(struct dl_phdr_info *, size_t, void *), void *);

struct table {
  const ElfW(Sym) *symbols;
  const char *strings;
  const uint32_t *hash;
  const uint16_t *versions;
};

/* Some linkers write addresses into the dynamic section when they have placed a module, others leave what the file has. */
static const void *place(const struct link_map *map, uintptr_t value) { return at(value < map->l_addr ? value + map->l_addr : value); }

static struct table table_of(const struct link_map *map) {
  struct table table = {0};
  for (const ElfW(Dyn) *each = map->l_ld; each && each->d_tag != DT_NULL; ++each) {
    switch (each->d_tag) {
      case DT_SYMTAB: table.symbols = place(map, each->d_un.d_ptr); break;
      case DT_STRTAB: table.strings = place(map, each->d_un.d_ptr); break;
      case DT_GNU_HASH: table.hash = place(map, each->d_un.d_ptr); break;
      case DT_VERSYM: table.versions = place(map, each->d_un.d_ptr); break;
    }
  }
  return table;
}

static uint32_t hash_of(const char *name) {
  uint32_t hash = 5381;
  while (*name) hash = hash * 33 + (unsigned char)*name++;
  return hash;
}

/* The default definition of a function; an older one, which is hidden, only if there is no other. */
static const ElfW(Sym) *find(const struct table *table, const char *name) {
  if (!table->hash || !table->symbols || !table->strings) return NULL;
  const uint32_t *words = table->hash, bucket_count = words[0], first = words[1];
  const uint32_t *buckets = words + 4 + words[2] * (sizeof(uintptr_t) / 4), *chain = buckets + bucket_count, hash = hash_of(name);
  const ElfW(Sym) *hidden = NULL;
  for (uint32_t index = bucket_count ? buckets[hash % bucket_count] : 0; index >= first && index; ++index) {
    const ElfW(Sym) *symbol = &table->symbols[index];
    if ((chain[index - first] | 1) == (hash | 1) && symbol->st_shndx != SHN_UNDEF && strcmp(table->strings + symbol->st_name, name) == 0) {
      if (!table->versions || !(table->versions[index] & 0x8000)) return symbol;
      hidden = symbol;
    }
    if (chain[index - first] & 1) break;
  }
  return hidden;
}

/* Of this library, or of the program that it is part of. */
extern const ElfW(Dyn) own_dynamic[] __asm__("_DYNAMIC") __attribute__((weak, visibility("hidden")));

/* ---- the list, of which a module may go at any time unless the system's linker is kept from it, as it is while it goes through the list ---- */

struct visit {
  void (*look)(void *data);
  void *data;
};

static int visit_once(struct dl_phdr_info *info, size_t bytes, void *data) {
  const struct visit *visit = data;
  (void)info, (void)bytes;
  visit->look(visit->data);
  return 1;
}

struct search {
  const struct link_map *from; /* the module that it is behind; null: this library */
  const char *name;
  bool is_found;
  uintptr_t address;
  unsigned type;
};

/* The first definition from a module on; `but`: not in this one. */
static void find_from(struct search *search, const struct link_map *map, const struct link_map *but) {
  for (; map; map = map->l_next) {
    if (map == but) continue;
    struct table table = table_of(map);
    const ElfW(Sym) *symbol = find(&table, search->name);
    if (!symbol) continue;
    search->is_found = true;
    search->address = map->l_addr + symbol->st_value;
    search->type = symbol->st_info & 15;
    return;
  }
}

/* What the name means behind this library, or behind the program that it is part of: the first other definition. Where it was loaded last,
 * which is behind all others, the first of all. */
static void look(void *data) {
  struct search *search = data;
  const struct link_map *own = adopted_first();
  while (own && own->l_ld != own_dynamic) own = own->l_next;
  if (search->from) own = search->from;
  if (own) find_from(search, own->l_next, NULL);
  if (!search->from && !search->is_found) find_from(search, adopted_first(), own);
}

static void *found(const struct search *search) {
  if (!search->is_found || search->type == STT_TLS) return NULL;
  if (search->type != STT_GNU_IFUNC) return at(search->address);
  return lw_machine_choose(0, search->address) == LW_ANSWER_DONE ? at(lw_machine_chosen()) : NULL;
}

/* It is libc's, which is in front of whatever may go. */
static iterate_function *iterate(void) {
  static iterate_function *_Atomic known;
  if (known) return known;
  struct search search = {.name = "dl_iterate_phdr"};
  look(&search);
  return known = (iterate_function *)found(&search);
}

void real_modules(void (*look)(void *data), void *data) {
  iterate_function *through = iterate();
  if (through) through(visit_once, &(struct visit){look, data});
}

void *host_next(const char *name) {
  struct search search = {.name = name};
  real_modules(look, &search);
  return found(&search);
}

void *host_behind(const struct link_map *map, const char *name) {
  struct search search = {.from = map, .name = name};
  real_modules(look, &search);
  return found(&search);
}
