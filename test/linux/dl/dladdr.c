// dladdr says which library an address is in, and which symbol; an address of nobody's is none.
// lib: one.so -DONE
// main: -rdynamic
#include "case.h"
#ifdef ONE
int data[4] = {1, 2, 3, 4};
__attribute__((noinline)) static int hidden(int x) { return x * 3; }
int (*secret(void))(int) { return hidden; }
int long_one(int x) { for (int i = 0; i < x; i++) x += hidden(i); return x; }
#else
int own(void) { return 17; }
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  struct link_map *map = 0;
  CHECK(!dlinfo(one, RTLD_DI_LINKMAP, &map));
  Dl_info info;
  char *function = SYMBOL(char *, one, "long_one");
  for (int i = 0; i < 8; i += 7) {
    CHECK(dladdr(function + i, &info) && info.dli_sname && !strcmp(info.dli_sname, "long_one") && info.dli_saddr == function);
    CHECK(strstr(info.dli_fname, "one.so") && (uintptr_t)info.dli_fbase == map->l_addr);
  }
  char *data = SYMBOL(char *, one, "data");
  CHECK(dladdr(data + 9, &info) && info.dli_sname && !strcmp(info.dli_sname, "data") && info.dli_saddr == data);
  CHECK(dladdr((char *)info.dli_fbase + 4, &info) && !info.dli_sname && !info.dli_saddr); // the headers: no symbol
  void *hidden = (void *)SYMBOL(int (*(*)(void))(int), one, "secret")();
  CHECK(dladdr(hidden, &info) && (!info.dli_sname || strcmp(info.dli_sname, "hidden"))); // .dynsym knows no static names
  CHECK(dladdr((void *)own, &info) && info.dli_sname && !strcmp(info.dli_sname, "own") && info.dli_saddr == (void *)own);
  CHECK(dladdr((void *)fopen, &info) && strstr(info.dli_fname, "libc.so.6"));
  CHECK(!dladdr(&info, &info) && !dladdr(0, &info) && !dladdr((void *)-1, &info));
  CHECK(!dlclose(one));
  CHECK(!dladdr(function, &info));
  return verdict();
}
#endif
