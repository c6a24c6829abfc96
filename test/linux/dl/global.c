// RTLD_LOCAL keeps a library's symbols from others; RTLD_GLOBAL gives them, also when it is said later.
// lib: giver.so -DGIVER
// lib: taker.so -DTAKER
#include "case.h"
#if defined GIVER
int given(void) { return 17; }
#elif defined TAKER
int given(void);
int taken(void) { return given(); }
#else
int main(void) {
  void *giver = OPEN("./giver.so", RTLD_NOW);
  CHECK(!dlsym(RTLD_DEFAULT, "given") && says("given"));
  CHECK(!dlopen("./taker.so", RTLD_NOW) && says("given"));
  CHECK(OPEN("./giver.so", RTLD_NOW | RTLD_GLOBAL) == giver);
  CHECK(dlsym(RTLD_DEFAULT, "given") == dlsym(giver, "given"));
  void *taker = OPEN("./taker.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), taker, "taken")() == 17);
  CHECK(!dlclose(taker) && !dlclose(giver) && !dlclose(giver));
  return verdict();
}
#endif
