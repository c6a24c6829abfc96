// Two libraries that need one another come and go together.
// lib: two.so -DSTUB -Wl,-soname,two.so
// lib: one.so -DONE ./two.so -Wl,-soname,one.so -Wl,-rpath,$ORIGIN
// lib: two.so -DTWO ./one.so -Wl,-soname,two.so -Wl,-rpath,$ORIGIN
// main: -rdynamic
#include "case.h"
extern void note(int);
#if defined STUB
int two(int x) { return x; }
#elif defined ONE
int two(int);
int one(int x) { return x ? two(x - 1) + 1 : 0; }
__attribute__((constructor)) static void up(void) { note(1); }
__attribute__((destructor)) static void down(void) { note(-1); }
#elif defined TWO
int one(int);
int two(int x) { return x ? one(x - 1) + 100 : 0; }
__attribute__((constructor)) static void up(void) { note(10); }
__attribute__((destructor)) static void down(void) { note(-10); }
#else
static int sum, calls;
void note(int n) { sum += n, calls++; }
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(sum == 11 && calls == 2);
  CHECK(SYMBOL(int (*)(int), one, "one")(4) == 202);
  void *two = OPEN("./two.so", RTLD_NOW);
  CHECK(!dlclose(one) && sum == 11);
  CHECK(SYMBOL(int (*)(int), two, "two")(3) == 201);
  CHECK(!dlclose(two) && sum == 0 && calls == 4);
  CHECK(mappings("/one.so") == 0 && mappings("/two.so") == 0);
  return verdict();
}
#endif
