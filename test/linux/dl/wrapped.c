// A library that defines dlopen's family for its own callers, by RTLD_NEXT, is heard and passes on.
// lib: one.so -DONE
// main: -rdynamic
#include "case.h"
#ifdef ONE
int one(void) { return 17; }
#else
static int calls;
void *dlsym_of(void *handle, const char *name) { return dlsym(handle, name); }
void *dlopen(const char *path, int flags) {
  calls++;
  void *(*next)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
  return next(path, flags);
}
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(calls == 1 && SYMBOL(int (*)(void), one, "one")() == 17);
  CHECK(!dlclose(one));
  return verdict();
}
#endif
