// RTLD_LAZY puts off what only a call needs, RTLD_NOW does not; one of them has to be said.
// lib: hollow.so -DHOLLOW -Wl,-z,lazy
#include "case.h"
#ifdef HOLLOW
int absent(void);
int calls(void) { return absent(); }
int works(void) { return 17; }
#else
int main(void) {
  CHECK(!dlopen("./hollow.so", RTLD_NOW) && says("absent"));
  CHECK(mappings("/hollow.so") == 0);
  void *lazy = OPEN("./hollow.so", RTLD_LAZY);
  CHECK(SYMBOL(int (*)(void), lazy, "works")() == 17);
  CHECK(!dlopen("./hollow.so", RTLD_GLOBAL));
  CHECK(dlerror() != 0);
  CHECK(!dlclose(lazy));
  return verdict();
}
#endif
