/* A module's tables, and a lookup in them: plain C, as it is written when speed is all that counts. Nothing is checked. */
#pragma once
#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What a machine calls the relocations that shared objects have. */
#if defined __x86_64__
enum { R_RELATIVE = R_X86_64_RELATIVE, R_WORD = R_X86_64_64, R_DATA = R_X86_64_GLOB_DAT, R_SLOT = R_X86_64_JUMP_SLOT };
#elif defined __aarch64__
enum { R_RELATIVE = R_AARCH64_RELATIVE, R_WORD = R_AARCH64_ABS64, R_DATA = R_AARCH64_GLOB_DAT, R_SLOT = R_AARCH64_JUMP_SLOT };
#else
#error "relocations of this machine are not known here"
#endif

/* A name that is looked up, and the version asked for. */
struct name {
  const char *text;
  uint32_t hash;
  uint32_t version_hash;
  const char *version; /* null: none is asked for */
};

/* What a version index stands for. */
struct version {
  const char *name;
  uint32_t hash;
};

struct module {
  uintptr_t bias;
  const char *name; /* DT_SONAME, or its path */
  const ElfW(Sym) * symbols;
  const char *strings;
  const uint32_t *buckets, *chains; /* chains[i] is of symbol i */
  const uintptr_t *bloom;
  uint32_t bucket_count, bloom_mask, bloom_shift;
  const uint16_t *indexes; /* DT_VERSYM, or null */
  struct version *versions;
  const ElfW(Dyn) * dynamic;
  const ElfW(Rela) * relocations, *slots;
  size_t relocation_bytes, slot_bytes;
  size_t relative_count;
  const uintptr_t *packed; /* DT_RELR */
  size_t packed_bytes;
  void (*init)(int, char **, char **), (*fini)(void);
  void (**initialisers)(int, char **, char **), (**finalisers)(void);
  size_t initialiser_count, finaliser_count;
};

/* What ld.so loaded, as it shows it to a debugger. */
const struct link_map *system_modules(void);

/* Reads a dynamic section, whose addresses ld.so has put in place, or nobody has. */
void module_view(struct module *module, const char *path, uintptr_t bias, const ElfW(Dyn) * dynamic);

static inline uint32_t hash_of(const char *text) {
  uint32_t hash = 5381;
  for (const unsigned char *at = (const unsigned char *)text; *at; ++at) hash = hash * 33 + *at;
  return hash;
}

static inline struct name name_of(const char *text) { return (struct name){.text = text, .hash = hash_of(text)}; }

/* Whether a definition is of the version that is asked for; the default one, if none is. */
static inline bool is_version(const struct module *module, size_t symbol, const struct name *name) {
  if (!module->indexes) return true;
  uint16_t index = module->indexes[symbol];
  if (!name->version) return !(index & 0x8000) || (index & 0x7fff) < 2;
  const struct version *version = &module->versions[index & 0x7fff];
  return version->hash == name->version_hash && version->name && strcmp(version->name, name->version) == 0;
}

static inline const ElfW(Sym) * module_find(const struct module *module, const struct name *name) {
  enum { BITS = 8 * sizeof(uintptr_t) };
  uintptr_t word = module->bloom[name->hash / BITS & module->bloom_mask];
  if (!(word >> name->hash % BITS & word >> (name->hash >> module->bloom_shift) % BITS & 1)) return NULL;
  uint32_t index = module->buckets[name->hash % module->bucket_count];
  if (!index) return NULL;
  do {
    const ElfW(Sym) *symbol = &module->symbols[index];
    if ((module->chains[index] ^ name->hash) >> 1 == 0 && symbol->st_shndx && strcmp(module->strings + symbol->st_name, name->text) == 0 && is_version(module, index, name)) return symbol;
  } while (!(module->chains[index++] & 1));
  return NULL;
}

/* Where a symbol is; a resolver is asked. */
static inline void *module_address(const struct module *module, const ElfW(Sym) * symbol) {
  if (!symbol) return NULL;
  void *address = (void *)(symbol->st_shndx == SHN_ABS ? symbol->st_value : module->bias + symbol->st_value);
  return ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC ? ((void *(*)(void))address)() : address;
}

/* The name and the version that a relocation of a module asks for. */
static inline struct name name_asked(const struct module *module, size_t symbol) {
  struct name name = name_of(module->strings + module->symbols[symbol].st_name);
  uint16_t index = module->indexes ? module->indexes[symbol] & 0x7fff : 0;
  if (index > 1) name.version = module->versions[index].name, name.version_hash = module->versions[index].hash;
  return name;
}
