// A program that is not position independent has copies of its libraries' data, and is where a function is: all agree.
// lib: linked.so -DLINKED
// lib: opened.so -DOPENED ./linked.so
// main: -no-pie -fno-pic ./linked.so -Wl,-rpath,$ORIGIN
#include "case.h"
#if defined LINKED
int counter = 17;
int *where(void) { return &counter; }
int function(void) { return 18; }
#elif defined OPENED
extern int counter;
int function(void);
int *sees(void) { return &counter; }
int (*calls(void))(void) { return function; }
#else
extern int counter;
int *where(void);
int function(void);
int main(void) {
  counter++;
  CHECK(where() == &counter);
  void *handle = OPEN("./opened.so", RTLD_NOW);
  CHECK(SYMBOL(int *(*)(void), handle, "sees")() == &counter && counter == 18);
  CHECK(SYMBOL(int (*(*)(void))(void), handle, "calls")() == function && function() == 18);
  CHECK(dlsym(RTLD_DEFAULT, "counter") == &counter);
  return verdict();
}
#endif
