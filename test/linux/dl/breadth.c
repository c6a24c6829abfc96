// A handle is searched breadth first: what the library needs itself comes before what that needs.
// lib: deep.so -DDEEP
// lib: left.so -DLEFT ./deep.so
// lib: right.so -DRIGHT
// lib: top.so -DTOP ./left.so ./right.so
#include "case.h"
#if defined DEEP
int level = 2, deepest = 3;
#elif defined LEFT
int left;
#elif defined RIGHT
int level = 1;
#elif defined TOP
extern int level;
int *seen(void) { return &level; }
#else
int main(void) {
  void *top = OPEN("./top.so", RTLD_NOW);
  int *level = SYMBOL(int *, top, "level");
  CHECK(*level == 1 && SYMBOL(int *(*)(void), top, "seen")() == level);
  CHECK(*SYMBOL(int *, top, "deepest") == 3);
  CHECK(*SYMBOL(int *, OPEN("./left.so", RTLD_NOW), "level") == 2);
  return verdict();
}
#endif
