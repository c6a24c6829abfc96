// dlvsym asks for a version, dlsym gets the default one; a version that nobody has is an error.
// lib: versions.so -DVERSIONS -Wl,--version-script=versions.map
// file: versions.map ONE { global: answer; old; }; TWO { global: fresh; local: *; } ONE;
#include "case.h"
#ifdef VERSIONS
__asm__(".symver answer_one, answer@ONE\n.symver answer_two, answer@@TWO\n.symver old_one, old@ONE\n");
int answer_one(void) { return 1; }
int answer_two(void) { return 2; }
int old_one(void) { return 3; }
int fresh(void) { return 4; }
#else
typedef int (*function)(void);
int main(void) {
  void *handle = OPEN("./versions.so", RTLD_NOW);
  CHECK(SYMBOL(function, handle, "answer")() == 2);
  function one = (function)dlvsym(handle, "answer", "ONE"), two = (function)dlvsym(handle, "answer", "TWO");
  CHECK(one && one() == 1 && two && two() == 2);
  function old = (function)dlvsym(handle, "old", "ONE");
  CHECK(old && old() == 3);
  CHECK(!dlvsym(handle, "answer", "THREE") && says("answer"));
  CHECK(!dlvsym(handle, "fresh", "ONE") && says("fresh"));
  CHECK(dlvsym(RTLD_DEFAULT, "memcpy", "GLIBC_2.2.5") && dlvsym(RTLD_DEFAULT, "memcpy", "GLIBC_2.14"));
  return verdict();
}
#endif
