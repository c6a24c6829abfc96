#define _GNU_SOURCE
#include "module.h"
#include <stdlib.h>
#include <sys/auxv.h>

const struct link_map *system_modules(void) {
  const ElfW(Phdr) *headers = (const ElfW(Phdr) *)getauxval(AT_PHDR);
  uintptr_t bias = 0;
  const ElfW(Dyn) *dynamic = NULL;
  for (size_t i = 0; i < getauxval(AT_PHNUM); ++i) {
    if (headers[i].p_type == PT_PHDR) bias = (uintptr_t)headers - headers[i].p_vaddr;
    if (headers[i].p_type == PT_DYNAMIC) dynamic = (const ElfW(Dyn) *)(bias + headers[i].p_vaddr);
  }
  for (; dynamic && dynamic->d_tag; ++dynamic) {
    if (dynamic->d_tag == DT_DEBUG) return ((const struct r_debug *)dynamic->d_un.d_ptr)->r_map;
  }
  return NULL;
}

/* Versions that a module defines and that it needs share one numbering. */
static void read_versions(struct module *module, const ElfW(Verdef) * defined, const ElfW(Verneed) * needed) {
  enum { MOST = 0x8000 };
  static struct version table[MOST];
  size_t count = 2;
  memset(table, 0, sizeof *table * 2);
#define TAKE(index, text, hashed)                                             \
  do {                                                                        \
    for (; count <= (index); ++count) table[count] = (struct version){0};     \
    table[index] = (struct version){module->strings + (text), hashed};        \
  } while (0)
  for (const ElfW(Verdef) *each = defined; each; each = each->vd_next ? (const void *)((const char *)each + each->vd_next) : NULL) {
    TAKE(each->vd_ndx & 0x7fffu, ((const ElfW(Verdaux) *)((const char *)each + each->vd_aux))->vda_name, each->vd_hash);
  }
  for (const ElfW(Verneed) *file = needed; file; file = file->vn_next ? (const void *)((const char *)file + file->vn_next) : NULL) {
    const ElfW(Vernaux) *each = (const void *)((const char *)file + file->vn_aux);
    for (unsigned i = 0; i < file->vn_cnt; ++i, each = (const void *)((const char *)each + each->vna_next)) TAKE(each->vna_other & 0x7fffu, each->vna_name, each->vna_hash);
  }
  module->versions = malloc(count * sizeof *table);
  memcpy(module->versions, table, count * sizeof *table);
}

void module_view(struct module *module, const char *path, uintptr_t bias, const ElfW(Dyn) * dynamic) {
  uintptr_t tag[DT_VERNEEDNUM - DT_GNU_HASH + 1] = {0}, low[DT_RELRENT + 1] = {0};
  const ElfW(Dyn) *soname = NULL;
  for (const ElfW(Dyn) *each = dynamic; each->d_tag; ++each) {
    if (each->d_tag <= DT_RELRENT) low[each->d_tag] = each->d_un.d_val;
    else if (each->d_tag >= DT_GNU_HASH && each->d_tag <= DT_VERNEEDNUM) tag[each->d_tag - DT_GNU_HASH] = each->d_un.d_val;
    if (each->d_tag == DT_SONAME) soname = each;
  }
#define AT(value) ((value) ? (void *)((value) < bias ? (value) + bias : (value)) : NULL)
#define TAG(number) AT(tag[(number) - DT_GNU_HASH])
  *module = (struct module){
    .bias = bias, .dynamic = dynamic, .symbols = AT(low[DT_SYMTAB]), .strings = AT(low[DT_STRTAB]), .indexes = TAG(DT_VERSYM),
    .relocations = AT(low[DT_RELA]), .relocation_bytes = low[DT_RELASZ], .slots = AT(low[DT_JMPREL]), .slot_bytes = low[DT_PLTRELSZ],
    .relative_count = tag[DT_RELACOUNT - DT_GNU_HASH], .packed = AT(low[DT_RELR]), .packed_bytes = low[DT_RELRSZ],
    .init = AT(low[DT_INIT]), .fini = AT(low[DT_FINI]), .initialisers = AT(low[DT_INIT_ARRAY]), .finalisers = AT(low[DT_FINI_ARRAY]),
    .initialiser_count = low[DT_INIT_ARRAYSZ] / sizeof(void *), .finaliser_count = low[DT_FINI_ARRAYSZ] / sizeof(void *),
  };
  module->name = soname ? module->strings + soname->d_un.d_val : path;
  const uint32_t *hash = TAG(DT_GNU_HASH);
  if (hash) {
    module->bucket_count = hash[0], module->bloom_mask = hash[2] - 1, module->bloom_shift = hash[3];
    module->bloom = (const uintptr_t *)(hash + 4);
    module->buckets = (const uint32_t *)(module->bloom + hash[2]);
    module->chains = module->buckets + hash[0] - hash[1];
  }
  if (module->indexes) read_versions(module, TAG(DT_VERDEF), TAG(DT_VERNEED));
}
