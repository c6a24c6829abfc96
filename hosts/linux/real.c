/* Functions of the system's that this library stands in front of: found in the system's own list of modules, before the core is opened. */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <string.h>
#include "host.h"
#include "tls.h"

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

/* The first definition from a module on; `but`: not in this one. */
static void *find_from(const struct link_map *map, const char *name, const struct link_map *but) {
  for (; map; map = map->l_next) {
    if (map == but) continue;
    struct table table = table_of(map);
    const ElfW(Sym) *symbol = find(&table, name);
    if (!symbol) continue;
    uintptr_t address = map->l_addr + symbol->st_value;
    unsigned type = symbol->st_info & 15;
    if (type == STT_TLS) return NULL;
    return type != STT_GNU_IFUNC ? at(address) : lw_machine_choose(0, address) == LW_ANSWER_DONE ? at(lw_machine_chosen()) : NULL;
  }
  return NULL;
}

/* What the name means behind this library, or behind the program that it is part of: the first other definition. Where it was loaded last,
 * which is behind all others, the first of all. */
void *host_next(const char *name) {
  const struct link_map *own = adopted_first();
  while (own && own->l_ld != own_dynamic) own = own->l_next;
  void *found = own ? find_from(own->l_next, name, NULL) : NULL;
  return found ? found : find_from(adopted_first(), name, own);
}

void *host_behind(const struct link_map *map, const char *name) { return find_from(map->l_next, name, NULL); }
