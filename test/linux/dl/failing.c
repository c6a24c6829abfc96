// An opening that fails leaves nothing: no library, no mapping, no symbol, whatever it had found by then.
// lib: good.so -DGOOD
// lib: lost.so -DLOST
// lib: needy.so -DNEEDY ./good.so ./lost.so
// lib: hollow.so -DHOLLOW ./good.so -Wl,-z,now
// main: -rdynamic
#include "case.h"
extern void note(void);
#if defined GOOD
int good(void) { return 17; }
__attribute__((constructor)) static void up(void) { note(); }
#elif defined LOST
int lost;
#elif defined NEEDY
extern int lost;
int *needs(void) { return &lost; }
#elif defined HOLLOW
int good(void), absent(void);
int calls(void) { return good() + absent(); }
#else
static int ups;
void note(void) { ups++; }
static int objects(struct dl_phdr_info *info, size_t bytes, void *count) {
  (void)info, (void)bytes;
  return ++*(int *)count, 0;
}
int main(void) {
  CHECK(!unlink("lost.so"));
  int before = 0, after = 0;
  dl_iterate_phdr(objects, &before);
  for (int round = 0; round < 10; round++) {
    CHECK(!dlopen("./needy.so", RTLD_NOW | RTLD_GLOBAL) && says("lost.so"));
    CHECK(!dlopen("./hollow.so", RTLD_NOW | RTLD_GLOBAL) && says("absent"));
  }
  dl_iterate_phdr(objects, &after);
  CHECK(after == before && ups == 0);
  CHECK(mappings("/needy.so") == 0 && mappings("/good.so") == 0 && mappings("/hollow.so") == 0);
  CHECK(!dlopen("./good.so", RTLD_NOW | RTLD_NOLOAD) && !dlsym(RTLD_DEFAULT, "good"));
  void *good = OPEN("./good.so", RTLD_NOW);
  CHECK(ups == 1 && !dlclose(good));
  return verdict();
}
#endif
