// A library's references go to the program first, also those to its own functions and to libc's.
// lib: one.so -DONE
// main: -rdynamic
#include "case.h"
#ifdef ONE
int own(void) { return 1; }
int asks(void) { return own() * 10 + (getppid() == -17); }
#else
int own(void) { return 2; }
pid_t getppid(void) { return -17; }
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), one, "asks")() == 21);
  CHECK(SYMBOL(int (*)(void), one, "own")() == 1);
  return verdict();
}
#endif
