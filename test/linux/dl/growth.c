// A thousand openings, failures among them, cost no memory that stays.
// lib: low.so -DLOW
// lib: one.so -DONE ./low.so
// lib: hollow.so -DHOLLOW -Wl,-z,now
#include "case.h"
#if defined LOW
__thread int local[100];
int low(void) { return 17 + local[0]; }
#elif defined ONE
int low(void);
int one(void) { return low(); }
#elif defined HOLLOW
int absent(void);
int calls(void) { return absent(); }
#else
static long pages(void) {
  long size = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld", &size) != 1) abort();
  fclose(file);
  return size;
}
static void rounds(int count) {
  for (int i = 0; i < count; i++) {
    void *one = OPEN("./one.so", i % 2 ? RTLD_NOW : RTLD_LAZY | RTLD_GLOBAL);
    CHECK(SYMBOL(int (*)(void), one, "one")() == 17);
    CHECK(!dlopen("./hollow.so", RTLD_NOW) && !dlsym(one, "nothing"));
    CHECK(!dlclose(one));
  }
}
int main(void) {
  rounds(100);
  long before = pages();
  rounds(1000);
  CHECK(pages() - before <= 64);
  return verdict();
}
#endif
