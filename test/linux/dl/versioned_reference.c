// A library gets the version that it was linked for, also when the one it finds now has a newer default.
// lib: thing.so -DOLD -Wl,-soname,thing.so -Wl,--version-script=one.map
// lib: user.so -DUSER ./thing.so -Wl,-rpath,$ORIGIN
// lib: thing.so -DNEW -Wl,-soname,thing.so -Wl,--version-script=two.map
// file: one.map ONE { global: answer; local: *; };
// file: two.map ONE { global: answer; }; TWO { global: answer; local: *; } ONE;
#include "case.h"
#if defined OLD
int answer(void) { return 1; }
#elif defined NEW
__asm__(".symver answer_one, answer@ONE\n.symver answer_two, answer@@TWO\n");
int answer_one(void) { return 10; }
int answer_two(void) { return 20; }
#elif defined USER
int answer(void);
int asks(void) { return answer(); }
#else
int main(void) {
  CHECK(SYMBOL(int (*)(void), OPEN("./user.so", RTLD_NOW), "asks")() == 10);
  CHECK(SYMBOL(int (*)(void), OPEN("./thing.so", RTLD_NOW), "answer")() == 20);
  return verdict();
}
#endif
