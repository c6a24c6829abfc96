// RTLD_DEFAULT is the order of a reference's own search: the program first; a library finds itself, opened for nobody else.
// lib: one.so -DONE
// main: -rdynamic
#include "case.h"
#ifdef ONE
int both = 2, only = 3;
void *finds(const char *name) { return dlsym(RTLD_DEFAULT, name); }
#else
int both = 1;
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  void *(*finds)(const char *) = SYMBOL(void *(*)(const char *), one, "finds");
  CHECK(finds("both") == &both && dlsym(one, "both") != &both);
  CHECK(finds("only") == dlsym(one, "only") && finds("only"));
  CHECK(!dlsym(RTLD_DEFAULT, "only"));
  return verdict();
}
#endif
