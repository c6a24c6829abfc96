// Resolvers run when what they read is relocated: within a library, across libraries, and through pointers in data.
// lib: giver.so -DGIVER
// lib: taker.so -DTAKER ./giver.so
#include "case.h"
#if defined GIVER
static int seventeen(void) { return 17; }
static int (*const table[])(void) = {seventeen};
static int (*choose(void))(void) { return table[0]; }
int chosen(void) __attribute__((ifunc("choose")));
int asks_within(void) { return chosen(); }
#elif defined TAKER
int chosen(void);
static int (*pointer)(void) = chosen;
int asks(void) { return chosen(); }
int asks_pointer(void) { return pointer(); }
int (*where(void))(void) { return pointer; }
#else
int main(void) {
  for (int round = 0; round < 2; round++) {
    void *taker = OPEN("./taker.so", round ? RTLD_NOW : RTLD_LAZY);
    CHECK(SYMBOL(int (*)(void), taker, "asks")() == 17 && SYMBOL(int (*)(void), taker, "asks_pointer")() == 17);
    CHECK(SYMBOL(int (*)(void), taker, "asks_within")() == 17);
    CHECK(SYMBOL(int (*(*)(void))(void), taker, "where")() == SYMBOL(int (*)(void), taker, "chosen"));
    CHECK(!dlclose(taker));
  }
  return verdict();
}
#endif
