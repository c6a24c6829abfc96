// What unwinders ask (_dl_find_object) knows opened libraries as long as they are there.
// lib: one.so -DONE -fexceptions
#include "case.h"
#ifdef ONE
int one(void) { return 17; }
#else
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  struct link_map *map = 0;
  CHECK(!dlinfo(one, RTLD_DI_LINKMAP, &map));
  struct dl_find_object found;
  char *function = SYMBOL(char *, one, "one");
  CHECK(!_dl_find_object(function, &found) && found.dlfo_link_map == map && found.dlfo_eh_frame);
  CHECK((char *)found.dlfo_map_start <= function && function < (char *)found.dlfo_map_end);
  CHECK(!_dl_find_object((void *)fopen, &found) && strstr(found.dlfo_link_map->l_name, "libc.so.6"));
  CHECK(_dl_find_object(&found, &found) == -1);
  CHECK(!dlclose(one) && _dl_find_object(function, &found) == -1);
  return verdict();
}
#endif
