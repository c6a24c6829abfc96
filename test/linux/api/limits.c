// What the process has too little of: memory, and descriptors. A load that lacks it is an error, and the next one that has it works.
// lib: huge.so -DHUGE
// lib: good.so -DGOOD
#include "case.h"
#if defined HUGE
EXPORT char huge[1 << 28];
EXPORT int *place = (int *)&huge[1 << 27];
#elif defined GOOD
EXPORT int good(void) { return 17; }
#else
#include <sys/resource.h>

/** Bytes of addresses that this process has. */
static rlim_t addresses(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHECK(file && fscanf(file, "%ld", &pages) == 1);
  fclose(file);
  return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void with_little_memory(void) {
  static struct state before;
  lw_module module = 99;
  struct rlimit limit = {addresses() + (64 << 20), RLIM_INFINITY};
  CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
  state(&before);
  for (int i = 0; i < 3; i++) {
    int code = lw_open(LW_PROCESS, "./huge.so", 0, &module);
    const char *why = lw_error();
    CHECK((code == LW_CODE_NO_SPACE || code == LW_CODE_PLACE_REFUSED) && why && strstr(why, "./huge.so"));
    SAME(&before);
  }
  CHECK(module == 99);
  lw_module good = LOAD("./good.so", 0);
  CHECK(SYMBOL_OF(int (*)(void), good, "good")() == 17 && lw_close(good) == LW_OK);
  limit.rlim_cur = RLIM_INFINITY;
  CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
  CHECK(lw_close(LOAD("./huge.so", 0)) == LW_OK);
}

/** From none to enough, one after the other: it works, or says why not, and nothing stays open. */
static void with_few_files(void) {
  static struct state before;
  state(&before);
  struct rlimit limit, few;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  int refused = 0, loaded = 0;
  for (rlim_t count = 0; count < 16; count++) {
    few = (struct rlimit){count, limit.rlim_max};
    lw_module module = 99;
    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    int code = lw_open(LW_PROCESS, "./good.so", 0, &module);
    const char *why = lw_error();
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    if (code == LW_OK) loaded++, CHECK(lw_close(module) == LW_OK);
    else refused++, CHECK(why && strstr(why, "Too many open files"));
    SAME(&before);
  }
  CHECK(refused > 0 && loaded > 0);
}

int main(void) {
  CHECK(lw_close(LOAD("./good.so", 0)) == LW_OK);
  CHECK(child(with_little_memory) == 0);
  CHECK(child(with_few_files) == 0);
  return verdict();
}
#endif
