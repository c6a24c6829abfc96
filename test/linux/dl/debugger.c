// What debuggers read, _r_debug, lists opened libraries with their names and dynamic sections, in one of its namespaces.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
int one;
#else
static int listed(const struct link_map *wanted) {
  int count = 0;
  struct r_debug_extended *space = (struct r_debug_extended *)&_r_debug;
  for (; space; space = _r_debug.r_version > 1 ? space->r_next : 0) {
    CHECK(space->base.r_version >= 1 && space->base.r_brk == _r_debug.r_brk && space->base.r_state == RT_CONSISTENT);
    for (struct link_map *map = space->base.r_map; map; map = map->l_next) {
      CHECK(!map->l_next || map->l_next->l_prev == map);
      count += map == wanted;
    }
  }
  return count;
}
static int has_names(const struct link_map *map) {
  int count = 0;
  for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) count += entry->d_tag == DT_STRTAB || entry->d_tag == DT_SONAME;
  return count == 2;
}
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  struct link_map *map = 0;
  CHECK(!dlinfo(one, RTLD_DI_LINKMAP, &map));
  CHECK(listed(map) == 1 && strstr(map->l_name, "one.so") && has_names(map));
  CHECK(!dlclose(one));
  CHECK(listed(map) == 0);
  return verdict();
}
#endif
