// dl_iterate_phdr goes over every library once, counts what came and went, and stops when it is told to.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
__thread int local = 17;
int one(void) { return local; }
#else
struct seen { int modules, hits, has_code, has_tls; unsigned long long adds, subs; uintptr_t base; void *block; };
static int look(struct dl_phdr_info *info, size_t bytes, void *data) {
  struct seen *seen = data;
  CHECK(bytes >= sizeof *info && info->dlpi_phdr && info->dlpi_phnum);
  seen->modules++;
  seen->adds = info->dlpi_adds, seen->subs = info->dlpi_subs;
  if (!strstr(info->dlpi_name, "/one.so")) return 0;
  seen->hits++, seen->base = info->dlpi_addr, seen->block = info->dlpi_tls_data;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    seen->has_code += info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X);
    seen->has_tls += info->dlpi_phdr[i].p_type == PT_TLS && info->dlpi_tls_modid > 0;
  }
  return 0;
}
static int stop(struct dl_phdr_info *info, size_t bytes, void *data) {
  (void)info, (void)bytes;
  return ++*(int *)data == 2 ? 17 : 0;
}
int main(void) {
  struct seen before = {0}, during = {0}, after = {0};
  CHECK(dl_iterate_phdr(look, &before) == 0);
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), one, "one")() == 17);
  CHECK(dl_iterate_phdr(look, &during) == 0);
  struct link_map *map = 0;
  CHECK(!dlinfo(one, RTLD_DI_LINKMAP, &map));
  CHECK(before.hits == 0 && during.hits == 1 && during.has_code == 1 && during.has_tls == 1 && during.base == map->l_addr);
  CHECK(during.block != 0);
  CHECK(during.modules == before.modules + 1 && during.adds == before.adds + 1 && during.subs == before.subs);
  CHECK(!dlclose(one) && dl_iterate_phdr(look, &after) == 0);
  CHECK(after.hits == 0 && after.modules == before.modules && after.adds == during.adds && after.subs == during.subs + 1);
  int calls = 0;
  CHECK(dl_iterate_phdr(stop, &calls) == 17 && calls == 2);
  return verdict();
}
#endif
