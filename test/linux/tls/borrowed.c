// A library reaches thread-local variables of the program, which the system's linker laid out, in each model of access.
// lib: general.so
// lib: descriptors.so -mtls-dialect=gnu2
// lib: initial.so -ftls-model=initial-exec
// main: -DMAIN -rdynamic
#ifndef MAIN
#include <errno.h>
extern __thread int shared;
int *where(void) { return &shared; }
int use(void) { return errno = 5, shared++; }
#else
#include "threads.h"
__thread int shared = 17;
static const char *paths[] = {"./general.so", "./descriptors.so", "./initial.so"};
static void *uses(void *path) {
  lw_module module = LOAD(path, 0);
  int (*use)(void) = SYMBOL_OF(int (*)(void), module, "use");
  CHECK(shared == 17 && use() == 17 && shared == 18 && errno == 5);
  CHECK(SYMBOL_OF(int *(*)(void), module, "where")() == &shared);
  shared = 17;
  CHECK(lw_close(module) == LW_OK);
  return path;
}
int main(void) {
  for (int i = 0; i < 3; i++) {
    pthread_t thread;
    CHECK(!pthread_create(&thread, 0, uses, (void *)paths[i]) && !pthread_join(thread, 0));
    uses((void *)paths[i]);
  }
  return verdict();
}
#endif
