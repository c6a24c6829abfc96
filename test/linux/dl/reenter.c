// A constructor may open and look up, a destructor close.
// lib: inner.so -DINNER
// lib: outer.so -DOUTER
#include "case.h"
#if defined INNER
int inner(void) { return 17; }
#elif defined OUTER
static void *handle;
int answer;
__attribute__((constructor)) static void up(void) {
  handle = dlopen("./inner.so", RTLD_NOW);
  int (*inner)(void) = handle ? (int (*)(void))dlsym(handle, "inner") : 0;
  answer = inner ? inner() : -1;
}
__attribute__((destructor)) static void down(void) { if (handle) dlclose(handle); }
#else
int main(void) {
  for (int round = 0; round < 3; round++) {
    void *outer = OPEN("./outer.so", RTLD_NOW);
    CHECK(*SYMBOL(int *, outer, "answer") == 17 && mappings("/inner.so") > 0);
    CHECK(!dlclose(outer));
    CHECK(mappings("/outer.so") == 0 && mappings("/inner.so") == 0);
  }
  return verdict();
}
#endif
