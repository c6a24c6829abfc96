// A handle that is made up, closed, or of something else is refused with a reason, by every function that takes one.
// lib: one.so -DONE
// lib: two.so -DTWO
#include "../dl/case.h"
#if defined ONE || defined TWO
int one(void) { return 17; }
#else
/* Nobody takes it. */
static void refused(void *handle) {
  struct link_map *map = 0;
  dlerror();
  CHECK(!dlsym(handle, "one") && says("not open"));
  CHECK(!dlvsym(handle, "one", "ONE_1") && dlerror());
  CHECK(dlinfo(handle, RTLD_DI_LINKMAP, &map) == -1 && dlerror());
  CHECK(dlclose(handle) == -1 && says("not open"));
}
int main(void) {
  char *one = OPEN("./one.so", RTLD_NOW), *two = OPEN("./two.so", RTLD_NOW);
  char local[256] = "";
  char *made_up[] = {one + 8, one + 1, one - 8, one + 256 * 1000, (char *)1, (char *)-2, local, (char *)main, (char *)SYMBOL(void *, one, "one")};
  for (unsigned i = 0; i < sizeof made_up / sizeof *made_up; i++) refused(made_up[i]);
  void *volatile none = 0;
  CHECK(dlclose(none) == -1 && dlerror());
  CHECK(!dlclose(one));
  refused(one);
  // Others come and go meanwhile: what was closed is not one of them.
  for (int round = 0; round < 40; round++) {
    CHECK(!dlclose(two));
    two = OPEN("./two.so", RTLD_NOW);
    refused(one);
  }
  CHECK(SYMBOL(int (*)(void), two, "one")() == 17 && !dlclose(two));
  CHECK(!dlclose(dlopen(0, RTLD_NOW)) && !dlclose(dlopen(0, RTLD_NOW)));
  void *libc = OPEN("libc.so.6", RTLD_NOW);
  CHECK(!dlclose(libc) && dlclose(libc) == -1 && says("not open"));
  return verdict();
}
#endif
