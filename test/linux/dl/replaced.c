// A file that was put in another's place is a new library, while the old one is still open.
// lib: one.so -DVALUE=1
// lib: next.so -DVALUE=2
#include "case.h"
#ifdef VALUE
int value(void) { return VALUE; }
#else
int main(void) {
  char absolute[4096];
  CHECK(realpath("one.so", absolute) != 0);
  void *old = OPEN("./one.so", RTLD_NOW);
  CHECK(!rename("next.so", "one.so"));
  void *fresh = OPEN(absolute, RTLD_NOW); // another spelling: the name that is known is not asked of the file system
  CHECK(fresh != old);
  CHECK(SYMBOL(int (*)(void), old, "value")() == 1 && SYMBOL(int (*)(void), fresh, "value")() == 2);
  CHECK(!dlclose(old) && !dlclose(fresh));
  return verdict();
}
#endif
