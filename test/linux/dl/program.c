// The null path is the program itself: it, what it was started with, and what was opened for everybody.
// lib: one.so -DONE
// main: -rdynamic
#include "case.h"
#ifdef ONE
int one;
#else
int own = 17;
int main(void) {
  void *self = OPEN(0, RTLD_NOW);
  CHECK(OPEN(0, RTLD_LAZY) == self);
  CHECK(dlsym(self, "own") == &own);
  CHECK(dlsym(self, "malloc") == dlsym(RTLD_DEFAULT, "malloc") && dlsym(self, "malloc"));
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(!dlsym(self, "one"));
  CHECK(OPEN("./one.so", RTLD_NOW | RTLD_GLOBAL) == one);
  CHECK(dlsym(self, "one") == dlsym(one, "one"));
  CHECK(!dlclose(self) && !dlclose(self));
  CHECK(dlsym(RTLD_DEFAULT, "own") == &own);
  return verdict();
}
#endif
