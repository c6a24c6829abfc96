// dladdr1 gives the symbol's entry, or the link map of the library.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
int data[4];
int function(void) { return 17; }
#else
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  struct link_map *map = 0, *of = 0;
  CHECK(!dlinfo(one, RTLD_DI_LINKMAP, &map));
  Dl_info info;
  ElfW(Sym) *entry = 0;
  char *data = SYMBOL(char *, one, "data");
  CHECK(dladdr1(data, &info, (void **)&entry, RTLD_DL_SYMENT) && entry);
  CHECK(entry && entry->st_size == 16 && map->l_addr + entry->st_value == (uintptr_t)data && ELF64_ST_TYPE(entry->st_info) == STT_OBJECT);
  CHECK(dladdr1(dlsym(one, "function"), &info, (void **)&of, RTLD_DL_LINKMAP) && of == map);
  CHECK(dladdr1((void *)fopen, &info, (void **)&of, RTLD_DL_LINKMAP) && of && strstr(of->l_name, "libc.so.6"));
  CHECK(!dladdr1(&info, &info, (void **)&entry, RTLD_DL_SYMENT));
  return verdict();
}
#endif
