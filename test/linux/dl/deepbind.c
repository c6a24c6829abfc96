// RTLD_DEEPBIND prefers the library's own definitions, and those of what it needs, to the program's.
// lib: dep.so -DDEP
// lib: deep.so -DDEEP ./dep.so
// main: -rdynamic
#include "case.h"
#if defined DEP
int further(void) { return 20; }
#elif defined DEEP
int further(void);
int own(void) { return 2; }
int asks(void) { return own() + further(); }
#else
int own(void) { return 1; }
int further(void) { return 10; }
int main(void) {
  void *plain = OPEN("./deep.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), plain, "asks")() == 11);
  CHECK(!dlclose(plain));
  void *deep = OPEN("./deep.so", RTLD_NOW | RTLD_DEEPBIND);
  CHECK(SYMBOL(int (*)(void), deep, "asks")() == 22);
  CHECK(!dlclose(deep));
  return verdict();
}
#endif
