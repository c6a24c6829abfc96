// What the last of a chain needs is found by the run path of the program, behind those of seventy libraries.
// lib: far/libfar.so -DFAR
// chain: 70 -Wl,--disable-new-dtags -Wl,-rpath,$ORIGIN -Wl,--as-needed ./far/libfar.so
// main: -Wl,--disable-new-dtags -Wl,-rpath,$ORIGIN/far
// loads: 71
#include "case.h"
#if defined FAR
EXPORT int far(void) { return 17; }
#elif defined LINK && LINK == 69
extern int far(void);
EXPORT int last(void) { return far(); }
#elif !defined LINK
int main(void) {
  CHECK(SYMBOL(int (*)(void), OPEN("./link0.so", RTLD_NOW), "last")() == 17);
  return verdict();
}
#endif
