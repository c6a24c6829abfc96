// What linkers make of a library: SysV hash tables, packed relative relocations, text relocations, large alignment, separate code.
// lib: sysv.so -DONE -Wl,--hash-style=sysv
// lib: gnu.so -DONE -Wl,--hash-style=gnu -Wl,-z,separate-code
// lib: packed.so -DONE -Wl,-z,pack-relative-relocs
// lib: text.so -DONE -fno-pic -mcmodel=large -Wl,-z,notext
// lib: aligned.so -DONE -DALIGNED -Wl,-z,max-page-size=2097152
// lib: lazy.so -DONE -Wl,-z,lazy -Wl,-z,norelro
#include "case.h"
#ifdef ONE
#ifdef ALIGNED
__attribute__((aligned(65536)))
#endif
int data[4] = {1, 2, 3, 4};
int *pointers[] = {data, data + 1, data + 2, data + 3};
static char zeros[100000];
int sum(void) {
  int total = strlen("four") == 4;
  for (int i = 0; i < 4; i++) total += *pointers[i];
  for (unsigned i = 0; i < sizeof zeros; i++) total += zeros[i];
  return total + 6;
}
#else
int main(void) {
  const char *paths[] = {"./sysv.so", "./gnu.so", "./packed.so", "./text.so", "./aligned.so", "./lazy.so"};
  for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
    void *handle = OPEN(paths[i], i % 2 ? RTLD_NOW : RTLD_LAZY);
    CHECK(SYMBOL(int (*)(void), handle, "sum")() == 17);
    if (i == 4) CHECK(SYMBOL(uintptr_t, handle, "data") % 65536 == 0);
    CHECK(!dlclose(handle) && mappings(paths[i] + 1) == 0);
  }
  return verdict();
}
#endif
