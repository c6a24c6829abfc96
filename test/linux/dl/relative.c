// A relative path is from where the process is now; a library that was opened is known whatever happens to its file.
// lib: sub/one.so -DONE
#include "case.h"
#ifdef ONE
int one(void) { return 17; }
#else
int main(void) {
  CHECK(!dlopen("./one.so", RTLD_NOW) && says("./one.so"));
  CHECK(!chdir("sub"));
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(!chdir(".."));
  CHECK(OPEN("sub/one.so", RTLD_NOW) == one && !dlclose(one));
  CHECK(!rename("sub/one.so", "sub/gone.so") && !unlink("sub/gone.so"));
  CHECK(SYMBOL(int (*)(void), one, "one")() == 17);
  CHECK(!dlclose(one));
  CHECK(!dlopen("sub/one.so", RTLD_NOW) && says("sub/one.so"));
  return verdict();
}
#endif
