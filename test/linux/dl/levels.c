// Of libraries for several levels of processors, in folders below glibc-hwcaps, the best for this one is taken; a path is what it says.
// lib: far/liblevel.so -DVALUE=1
// lib: far/glibc-hwcaps/x86-64-v2/liblevel.so -DVALUE=2
// lib: far/glibc-hwcaps/x86-64-v3/liblevel.so -DVALUE=3
// lib: far/glibc-hwcaps/x86-64-v4/liblevel.so -DVALUE=4
// lib: far/glibc-hwcaps/x86-64-v5/liblevel.so -DVALUE=5
// lib: far/glibc-hwcaps/x86-64-v2/libsecond.so -DVALUE=2
// lib: far/libsecond.so -DVALUE=1
// main: -Wl,-rpath,$ORIGIN/far
#include "case.h"
#ifdef VALUE
EXPORT int value(void) { return VALUE; }
#else
static int value_of(const char *path) { return SYMBOL(int (*)(void), OPEN(path, RTLD_NOW), "value")(); }

int main(void) {
  int best = 1, second = 1;
#ifdef __x86_64__
  best = __builtin_cpu_supports("x86-64-v4") ? 4 : __builtin_cpu_supports("x86-64-v3") ? 3 : __builtin_cpu_supports("x86-64-v2") ? 2 : 1;
  second = best > 1 ? 2 : 1;
#endif
  CHECK(value_of("liblevel.so") == best);
  CHECK(value_of("libsecond.so") == second);
  CHECK(value_of("./far/libsecond.so") == 1);
  return verdict();
}
#endif
