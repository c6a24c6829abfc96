// RTLD_NOLOAD asks whether a library is there, counts like an opening, and can promote it.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
int one(void) { return 1; }
#else
int main(void) {
  CHECK(!dlopen("./one.so", RTLD_NOW | RTLD_NOLOAD));
  dlerror();
  CHECK(mappings("/one.so") == 0);
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(OPEN("./one.so", RTLD_NOW | RTLD_NOLOAD) == one);
  CHECK(!dlclose(one));
  CHECK(mappings("/one.so") > 0);
  CHECK(!dlsym(RTLD_DEFAULT, "one"));
  CHECK(OPEN("./one.so", RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL) == one);
  CHECK(dlsym(dlopen(0, RTLD_NOW), "one") == dlsym(one, "one"));
  CHECK(!dlclose(one) && !dlclose(one));
  CHECK(mappings("/one.so") == 0);
  CHECK(!dlopen("./one.so", RTLD_NOW | RTLD_NOLOAD));
  return verdict();
}
#endif
