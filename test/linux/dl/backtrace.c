// A backtrace goes through an opened library to the program, and names both.
// lib: one.so -DONE
// main: -rdynamic
#include "case.h"
#include <execinfo.h>
#ifdef ONE
__attribute__((noinline)) int through(int (*callback)(void)) { return callback() + 1; }
#else
__attribute__((noinline)) int at_the_end(void) {
  void *frames[32];
  int count = backtrace(frames, 32), here = 0, there = 0, start = 0;
  char **names = backtrace_symbols(frames, count);
  CHECK(names != 0);
  for (int i = 0; names && i < count; i++) {
    here += strstr(names[i], "at_the_end") != 0;
    there += strstr(names[i], "one.so(through") != 0;
    start += strstr(names[i], "(main") != 0;
  }
  CHECK(here == 1 && there == 1 && start == 1);
  for (int i = 0; failures && i < count; i++) fprintf(stderr, "  %s\n", names[i]);
  free(names);
  return 16;
}
int main(void) {
  CHECK(SYMBOL(int (*)(int (*)(void)), OPEN("./one.so", RTLD_NOW), "through")(at_the_end) == 17);
  return verdict();
}
#endif
