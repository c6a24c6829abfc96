// RTLD_NEXT is what comes behind the caller: behind the program its libraries, behind an opened library what it needs.
// lib: last.so -DLAST
// lib: first.so -DFIRST ./last.so
// main: -rdynamic
#include "case.h"
#if defined LAST
int layer(void) { return 1; }
#elif defined FIRST
int layer(void) { return 10 + ((int (*)(void))dlsym(RTLD_NEXT, "layer"))(); }
void *beyond(void) { return dlsym(RTLD_NEXT, "beyond"); }
#else
int puts(const char *text) {
  int (*next)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "puts");
  return text ? next(text) : 17;
}
int main(void) {
  CHECK(dlsym(RTLD_NEXT, "puts") != (void *)puts && dlsym(RTLD_NEXT, "puts"));
  CHECK(puts("") >= 0 && puts(0) == 17);
  void *first = OPEN("./first.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), first, "layer")() == 11);
  dlerror();
  CHECK(!SYMBOL(void *(*)(void), first, "beyond")() && says("beyond"));
  return verdict();
}
#endif
