// What is referred to weakly and defined nowhere is null: a function, data, and a thread-local variable's library opens.
// lib: one.so -DONE
// lib: two.so -DTWO
#include "case.h"
#if defined ONE
extern int function(void) __attribute__((weak));
extern int data __attribute__((weak));
int nulls(void) { return !function + !&data; }
int value(void) { return function() + data; }
#elif defined TWO
int function(void) { return 10; }
int data = 7;
#else
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), one, "nulls")() == 2);
  CHECK(!dlclose(one));
  OPEN("./two.so", RTLD_NOW | RTLD_GLOBAL);
  one = OPEN("./one.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), one, "nulls")() == 0 && SYMBOL(int (*)(void), one, "value")() == 17);
  return verdict();
}
#endif
