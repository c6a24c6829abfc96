// Opening and closing leaves no file open, and works when there are hardly any descriptors left to have.
// lib: low.so -DLOW
// lib: one.so -DONE ./low.so
#include "case.h"
#include <fcntl.h>
#include <sys/resource.h>
#if defined LOW
int low(void) { return 17; }
#elif defined ONE
int low(void);
int one(void) { return low(); }
#else
static int open_files(void) {
  int count = 0;
  for (int i = 0; i < 256; i++) count += fcntl(i, F_GETFD) >= 0;
  return count;
}
int main(void) {
  struct rlimit limit = {64, 64};
  CHECK(!setrlimit(RLIMIT_NOFILE, &limit));
  int before = open_files(), files[64], count = 0;
  while (count < 64 && (files[count] = open("/dev/null", O_RDONLY)) >= 0) count++;
  CHECK(!dlopen("./one.so", RTLD_NOW) && says("one.so"));
  CHECK(!close(files[--count])); // one is enough
  for (int round = 0; round < 20; round++) {
    void *one = OPEN("./one.so", RTLD_NOW);
    CHECK(SYMBOL(int (*)(void), one, "one")() == 17);
    CHECK(!dlopen("./nowhere.so", RTLD_NOW));
    CHECK(!dlclose(one));
  }
  while (count > 0) close(files[--count]);
  CHECK(open_files() == before);
  return verdict();
}
#endif
