// A file that gets shorter while it is loaded is an error with a reason, and no signal; whenever that is, and however much is left.
// lib: big.so -DBIG
#include "case.h"
#ifdef BIG
extern int told(int);
EXPORT char text[1 << 17] = {1};
EXPORT const char constant[1 << 17] = {2};
EXPORT int big(void) { return told(17); }
__attribute__((constructor)) static void up(void) { told(text[0] + constant[0]); }
#else
#include <sys/resource.h>

static off_t left;
static unsigned asked, when;
static int ran;
static int told(int value) { return ran = 1, value; }

static void shrink(void) {
  if (asked++ == when && truncate("copy.so", left)) exit(3);
}

static void *resolve(const struct lw_reference *reference, void *data) {
  (void)data;
  shrink();
  return strcmp(reference->name, "told") ? 0 : (void *)told;
}

static void *intercept(const struct lw_relocation *relocation, void *data) {
  (void)data;
  shrink();
  return relocation->value;
}

static void fresh(void) { CHECK(system("rm -f copy.so; cp big.so copy.so") == 0); }

int main(void) {
  static struct state before;
  lw_module module;
  CHECK(lw_resolvers(LW_PROCESS, resolve, 0, 0) == LW_OK && lw_intercept(LW_PROCESS, intercept, 0) == LW_OK);
  fresh();
  when = ~0u;
  CHECK(lw_close(LOAD("./copy.so", 0)) == LW_OK);
  CHECK(ran);
  unsigned most = asked;
  CHECK(most >= 2);
  struct stat it;
  CHECK(stat("copy.so", &it) == 0);
  const off_t lefts[] = {0, 1, 64, 4096, it.st_size / 2, it.st_size - 4096, it.st_size - 1};
  int refused = 0;
  for (when = 0; when < most; when++) {
    for (unsigned i = 0; i < sizeof lefts / sizeof *lefts; i++) {
      fresh();
      left = lefts[i];
      asked = 0;
      ran = 0;
      state(&before);
      int code = lw_open(LW_PROCESS, "./copy.so", 0, &module);
      if (code == LW_OK) CHECK(lw_close(module) == LW_OK);
      else {
        const char *why = lw_error();
        CHECK(why && strstr(why, "copy.so"));
        CHECK(!ran); // nothing of it was run
        refused++;
      }
      SAME(&before);
    }
  }
  CHECK(refused >= (int)most * 3);
  fresh();
  asked = 0;
  when = ~0u;
  CHECK(lw_close(LOAD("./copy.so", 0)) == LW_OK);
  return verdict();
}
#endif
