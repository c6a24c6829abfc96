// A signal's handler in an opened library runs, uses its thread-local variables, and may leave by siglongjmp.
// lib: one.so -DONE
#include "case.h"
#include <setjmp.h>
#include <signal.h>
#ifdef ONE
static __thread volatile int seen;
static sigjmp_buf back;
static void handle(int number) {
  seen = number;
  siglongjmp(back, 1);
}
int survives(void) {
  struct sigaction action = {.sa_handler = handle}, before;
  sigaction(SIGSEGV, &action, &before);
  if (!sigsetjmp(back, 1)) *(volatile int *)8 = 17;
  sigaction(SIGSEGV, &before, 0);
  return seen == SIGSEGV;
}
#else
int main(void) {
  for (int round = 0; round < 3; round++) {
    void *one = OPEN("./one.so", RTLD_NOW);
    CHECK(SYMBOL(int (*)(void), one, "survives")() == 1);
    CHECK(!dlclose(one));
  }
  return verdict();
}
#endif
