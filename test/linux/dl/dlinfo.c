// dlinfo: the link map, the namespace, where it comes from, where it searches, its thread-local block, its program headers.
// lib: one.so -DONE -Wl,-rpath,/nowhere/first:$ORIGIN/second
// lib: plain.so -DPLAIN
#include "case.h"
#if defined ONE
__thread int local = 17;
int *where(void) { return &local; }
#elif defined PLAIN
int plain;
#else
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW), *plain = OPEN("./plain.so", RTLD_NOW);
  struct link_map *map = 0;
  CHECK(!dlinfo(one, RTLD_DI_LINKMAP, &map) && map && strstr(map->l_name, "one.so") && map->l_ld);
  Lmid_t id = -1;
  CHECK(!dlinfo(one, RTLD_DI_LMID, &id) && id == LM_ID_BASE);
  char here[4096], origin[4096] = "", clean[4096];
  CHECK(getcwd(here, sizeof here) && !dlinfo(one, RTLD_DI_ORIGIN, origin) && realpath(origin, clean) && !strcmp(clean, here));

  Dl_serinfo size;
  CHECK(!dlinfo(one, RTLD_DI_SERINFOSIZE, &size) && size.dls_cnt >= 2);
  Dl_serinfo *paths = malloc(size.dls_size);
  CHECK(!dlinfo(one, RTLD_DI_SERINFOSIZE, paths) && !dlinfo(one, RTLD_DI_SERINFO, paths));
  int first = -1, second = -1;
  for (unsigned i = 0; i < paths->dls_cnt; i++) {
    if (!strcmp(paths->dls_serpath[i].dls_name, "/nowhere/first")) first = (int)i;
    if (!strncmp(paths->dls_serpath[i].dls_name, here, strlen(here)) && strstr(paths->dls_serpath[i].dls_name, "/second")) second = (int)i;
  }
  CHECK(first >= 0 && second == first + 1);

  size_t module = 0;
  void *block = &module;
  CHECK(!dlinfo(plain, RTLD_DI_TLS_MODID, &module) && module == 0);
  CHECK(!dlinfo(one, RTLD_DI_TLS_MODID, &module) && module > 0);
  int *local = SYMBOL(int *(*)(void), one, "where")();
  CHECK(!dlinfo(one, RTLD_DI_TLS_DATA, &block) && (char *)local >= (char *)block && (char *)local < (char *)block + 64);
  CHECK(!dlinfo(plain, RTLD_DI_TLS_DATA, &block) && !block);

  const ElfW(Phdr) *headers = 0;
  int count = dlinfo(one, RTLD_DI_PHDR, &headers), tls = 0;
  CHECK(count > 3 && headers);
  for (int i = 0; i < count; i++) tls += headers[i].p_type == PT_TLS;
  CHECK(tls == 1);
  CHECK(dlinfo(one, 1234, &id) == -1 && dlerror());
  return verdict();
}
#endif
