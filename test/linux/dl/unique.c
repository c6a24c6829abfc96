// A unique symbol is one in the whole process, even in libraries opened for themselves; its library stays.
// lib: one.so -DUNIQUE
// lib: two.so -DUNIQUE
#include "case.h"
#ifdef UNIQUE
__asm__(".data\n.globl single\n.type single, @gnu_unique_object\n.size single, 4\n.p2align 2\nsingle: .long 17\n.text\n");
extern int single;
int *where(void) { return &single; }
#else
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW | RTLD_LOCAL), *two = OPEN("./two.so", RTLD_NOW | RTLD_LOCAL);
  int *single = SYMBOL(int *(*)(void), one, "where")();
  CHECK(single == SYMBOL(int *(*)(void), two, "where")() && (*single)++ == 17);
  CHECK(dlsym(one, "single") == single && dlsym(two, "single") == single);
  CHECK(!dlclose(one) && mappings("/one.so") > 0 && *single == 18);
  CHECK(!dlclose(two));
  return verdict();
}
#endif
