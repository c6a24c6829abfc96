// dlerror is null at first, tells a fault once, and the words of the last one.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
int one;
#else
int main(void) {
  CHECK(!dlerror());
  CHECK(!dlopen("./nowhere.so", RTLD_NOW));
  char *why = dlerror();
  CHECK(why && strstr(why, "./nowhere.so"));
  CHECK(!dlerror());
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(!dlerror());
  CHECK(!dlsym(one, "first") && !dlsym(one, "second") && says("second"));
  CHECK(!dlerror());
  CHECK(dlsym(one, "one") && !dlerror());
  return verdict();
}
#endif
