// What another library was bound to stays as long as that one does, though its opener has closed it.
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
  void *giver = OPEN("./giver.so", RTLD_NOW | RTLD_GLOBAL), *taker = OPEN("./taker.so", RTLD_NOW);
  CHECK(!dlclose(giver));
  CHECK(SYMBOL(int (*)(void), taker, "taken")() == 17 && mappings("/giver.so") > 0);
  CHECK(!dlclose(taker));
  CHECK(mappings("/taker.so") == 0 && mappings("/giver.so") == 0);
  return verdict();
}
#endif
