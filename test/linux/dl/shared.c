// What two libraries need goes with the second of them.
// lib: base.so -DBASE
// lib: left.so -DSIDE=left ./base.so
// lib: right.so -DSIDE=right ./base.so
// main: -rdynamic
#include "case.h"
extern void note(void);
#if defined BASE
int count;
__attribute__((destructor)) static void down(void) { note(); }
#elif defined SIDE
extern int count;
int SIDE(void) { return ++count; }
#else
static int gone;
void note(void) { gone++; }
int main(void) {
  void *left = OPEN("./left.so", RTLD_NOW), *right = OPEN("./right.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), left, "left")() == 1 && SYMBOL(int (*)(void), right, "right")() == 2);
  CHECK(dlsym(left, "count") == dlsym(right, "count") && dlsym(left, "count"));
  CHECK(!dlclose(left) && !gone && mappings("/left.so") == 0);
  CHECK(SYMBOL(int (*)(void), right, "right")() == 3);
  CHECK(!dlclose(right) && gone == 1 && mappings("/base.so") == 0);
  return verdict();
}
#endif
