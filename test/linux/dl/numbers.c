// What several libraries need is looked at once: no file stays open that is in memory already, whatever it is called.
// lib: low.so -DLOW
// lib: one.so -DONE ./low.so
// lib: two.so -DONE ./low.so
// lib: three.so -DONE ./low.so
#include "case.h"
#if defined LOW
int low(void) { return 17; }
#elif defined ONE
int low(void);
int one(void) { return low(); }
#else
#include <dirent.h>
static int numbers(void) {
  DIR *folder = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(folder)) count++;
  closedir(folder);
  return count;
}
int main(void) {
  int before = numbers();
  void *one = OPEN("./one.so", RTLD_NOW), *two = OPEN("./two.so", RTLD_NOW);
  CHECK(numbers() == before);
  void *three = OPEN("./three.so", RTLD_LAZY);
  CHECK(numbers() == before);
  CHECK(SYMBOL(int (*)(void), two, "one")() == 17 && SYMBOL(int (*)(void), three, "one")() == 17);
  CHECK(!dlclose(one) && !dlclose(two) && !dlclose(three) && !dlopen("./low.so", RTLD_NOW | RTLD_NOLOAD));
  CHECK(numbers() == before);
  return verdict();
}
#endif
