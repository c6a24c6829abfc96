// What debuggers read, _r_debug, lists opened libraries with their names and dynamic sections.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
int one;
#else
static int listed(const struct link_map *wanted) {
  int count = 0;
  for (struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
    CHECK(!map->l_next || map->l_next->l_prev == map);
    count += map == wanted;
  }
  return count;
}
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  struct link_map *map = 0;
  CHECK(!dlinfo(one, RTLD_DI_LINKMAP, &map));
  CHECK(_r_debug.r_version >= 1 && _r_debug.r_brk && _r_debug.r_state == RT_CONSISTENT);
  CHECK(listed(map) == 1 && strstr(map->l_name, "one.so"));
  for (ElfW(Dyn) *entry = map->l_ld;; entry++) {
    if (entry->d_tag == DT_NULL) break;
    CHECK(entry->d_tag != DT_STRTAB || entry->d_un.d_ptr > map->l_addr);
  }
  CHECK(!dlclose(one));
  CHECK(listed(map) == 0);
  return verdict();
}
#endif
