// A protected symbol is its library's own, whatever the program defines; a default one is the program's, unless linked symbolically.
// lib: plain.so -DONE
// lib: symbolic.so -DONE -Wl,-Bsymbolic
// main: -rdynamic
#include "case.h"
#ifdef ONE
__attribute__((visibility("protected"))) int guarded(void) { return 17; }
int open_one(void) { return 18; }
int asks_guarded(void) { return guarded(); }
int asks_open(void) { return open_one(); }
#else
int guarded(void) { return 1; }
int open_one(void) { return 2; }
int main(void) {
  void *plain = OPEN("./plain.so", RTLD_NOW), *symbolic = OPEN("./symbolic.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), plain, "asks_guarded")() == 17 && SYMBOL(int (*)(void), plain, "asks_open")() == 2);
  CHECK(SYMBOL(int (*)(void), symbolic, "asks_guarded")() == 17 && SYMBOL(int (*)(void), symbolic, "asks_open")() == 18);
  CHECK(SYMBOL(int (*)(void), plain, "open_one")() == 18);
  return verdict();
}
#endif
