/* The least that a load can be: the system calls for the same mapping, and no more. With STORES, every relocation is stored, too, and
 * what has to be called is called; where symbols are was found out before. */
#define _GNU_SOURCE
#include "module.h"
#include "peer.h"
#include "proof.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, MOST_SEGMENTS = 16 };

#define DOWN(value) ((value) & -(uintptr_t)PAGE)
#define UP(value) DOWN((value) + PAGE - 1)

/* What is known of the file before. */
static struct {
  struct {
    uintptr_t start, file_end, end; /* vaddr */
    off_t offset;
    int prot;
  } segments[MOST_SEGMENTS];
  size_t count, bytes;
  uintptr_t relro, relro_end, dynamic;
  struct store {
    uintptr_t place, value;
  } *own, *foreign; /* foreign: not moved with the module */
  size_t own_count, foreign_count;
  struct module module; /* as it lies where the plan was made */
} plan;

static uintptr_t map(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  uintptr_t base = (uintptr_t)mmap(NULL, plan.bytes, plan.segments[0].prot, MAP_PRIVATE, file, 0);
  for (size_t i = 0; i < plan.count; ++i) {
    uintptr_t start = base + DOWN(plan.segments[i].start), file_end = base + plan.segments[i].file_end, end = base + plan.segments[i].end;
    if (i) mmap((void *)start, file_end - start, plan.segments[i].prot, MAP_PRIVATE | MAP_FIXED, file, plan.segments[i].offset);
    if (end > file_end) memset((void *)file_end, 0, (end < UP(file_end) ? end : UP(file_end)) - file_end);
    if (end > UP(file_end)) mmap((void *)UP(file_end), UP(end) - UP(file_end), plan.segments[i].prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  }
  close(file);
  return base;
}

static void seal(uintptr_t base) {
  if (plan.relro_end > plan.relro) mprotect((void *)(base + plan.relro), plan.relro_end - plan.relro, PROT_READ);
}

#define MOVED(pointer) ((void *)((uintptr_t)(pointer) - plan.module.bias + base))

#ifdef STORES
static void store(uintptr_t base) {
  const ElfW(Rela) *relative = MOVED(plan.module.relocations);
  for (size_t i = 0; i < plan.module.relative_count; ++i) *(uintptr_t *)(base + relative[i].r_offset) = base + (uintptr_t)relative[i].r_addend;
  for (size_t i = 0; i < plan.own_count; ++i) *(uintptr_t *)(base + plan.own[i].place) = base + plan.own[i].value;
  for (size_t i = 0; i < plan.foreign_count; ++i) *(uintptr_t *)(base + plan.foreign[i].place) = plan.foreign[i].value;
}

static void initialise(uintptr_t base) {
  const struct module *module = &plan.module;
  if (module->init) ((void (*)(int, char **, char **))MOVED(module->init))(0, NULL, NULL);
  for (size_t i = 0; i < module->initialiser_count; ++i) ((void (**)(int, char **, char **))MOVED(module->initialisers))[i](0, NULL, NULL);
}

static void finalise(uintptr_t base) {
  const struct module *module = &plan.module;
  for (size_t i = module->finaliser_count; i-- > 0;) ((void (**)(void))MOVED(module->finalisers))[i]();
  if (module->fini) ((void (*)(void))MOVED(module->fini))();
}
#endif

static void plan_segments(const char *path) {
  static char head[PAGE] __attribute__((aligned(8)));
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || read(file, head, sizeof head) <= 0) give_up("%s cannot be read", path);
  close(file);
  const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)head;
  const ElfW(Phdr) *headers = (const ElfW(Phdr) *)(head + header->e_phoff);
  for (unsigned i = 0; i < header->e_phnum; ++i) {
    const ElfW(Phdr) *each = &headers[i];
    if (each->p_type == PT_DYNAMIC) plan.dynamic = each->p_vaddr;
    if (each->p_type == PT_GNU_RELRO) plan.relro = DOWN(each->p_vaddr), plan.relro_end = DOWN(each->p_vaddr + each->p_memsz);
    if (each->p_type != PT_LOAD) continue;
    if (plan.count == MOST_SEGMENTS) give_up("%s has too many segments", path);
    plan.segments[plan.count].start = each->p_vaddr;
    plan.segments[plan.count].file_end = each->p_vaddr + each->p_filesz;
    plan.segments[plan.count].end = each->p_vaddr + each->p_memsz;
    plan.segments[plan.count].offset = (off_t)DOWN(each->p_offset);
    plan.segments[plan.count++].prot = (each->p_flags & PF_R ? PROT_READ : 0) | (each->p_flags & PF_W ? PROT_WRITE : 0) | (each->p_flags & PF_X ? PROT_EXEC : 0);
    plan.bytes = UP(each->p_vaddr + each->p_memsz);
  }
}

/* What a relocation stores, if it is known here. */
static void plan_store(const ElfW(Rela) * each) {
  const struct module *module = &plan.module;
  struct name name = name_asked(module, ELF64_R_SYM(each->r_info));
  const ElfW(Sym) *symbol = &module->symbols[ELF64_R_SYM(each->r_info)];
  struct store store = {each->r_offset, (uintptr_t)each->r_addend};
  switch (ELF64_R_TYPE(each->r_info)) {
  case R_RELATIVE: plan.own[plan.own_count++] = store; return;
  case R_WORD: case R_DATA: case R_SLOT: break;
  default: plan.foreign[plan.foreign_count++] = (struct store){each->r_offset, 0}; return;
  }
  for (const struct link_map *map = system_modules(); map; map = map->l_next) {
    struct module view;
    if (!map->l_ld || !*map->l_name) continue;
    module_view(&view, map->l_name, map->l_addr, map->l_ld);
    const ElfW(Sym) *found = view.bloom ? module_find(&view, &name) : NULL;
    if (found) store.value += (uintptr_t)module_address(&view, found);
    free(view.versions);
    if (found) {
      plan.foreign[plan.foreign_count++] = store;
      return;
    }
  }
  if (symbol->st_shndx) store.value += symbol->st_value, plan.own[plan.own_count++] = store;
  else plan.foreign[plan.foreign_count++] = store;
}

void peer_start(const char *file) {
  plan_segments(file);
  uintptr_t base = map(file);
  module_view(&plan.module, file, base, (const ElfW(Dyn) *)(base + plan.dynamic));
  size_t count = plan.module.relocation_bytes / sizeof(ElfW(Rela)), slots = plan.module.slot_bytes / sizeof(ElfW(Rela));
  plan.own = calloc(count + slots, sizeof *plan.own), plan.foreign = calloc(count + slots, sizeof *plan.foreign);
#ifdef STORES
  for (size_t i = plan.module.relative_count; i < count; ++i) plan_store(&plan.module.relocations[i]);
  for (size_t i = 0; i < slots; ++i) plan_store(&plan.module.slots[i]);
#else
  (void)plan_store;
#endif
  munmap((void *)base, plan.bytes);
}

void *peer_open(const char *path, bool is_global) {
  (void)is_global;
  uintptr_t base = map(path);
#ifdef STORES
  store(base);
#endif
  seal(base);
#ifdef STORES
  initialise(base);
#endif
  return (void *)base;
}

void *peer_symbol(void *module, const char *name, size_t bytes) {
  (void)bytes;
  uintptr_t base = (uintptr_t)module;
  struct module view;
  module_view(&view, name, base, (const ElfW(Dyn) *)(base + plan.dynamic));
  struct name wanted = name_of(name);
  void *address = module_address(&view, module_find(&view, &wanted));
  free(view.versions);
  return address;
}

void peer_close(void *module) {
#ifdef STORES
  finalise((uintptr_t)module);
#endif
  munmap(module, plan.bytes);
}

const char *peer_error(void) { return "the floor refuses nothing"; }
