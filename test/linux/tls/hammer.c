// Eight threads use their variables while others are loaded and unloaded: no lock, and nothing is mixed up.
// lib: one.so -nostdlib
// lib: two.so -nostdlib -mtls-dialect=gnu2
// lib: three.so -nostdlib -ftls-model=initial-exec
// main: -DMAIN
#ifndef MAIN
static __thread long count = 17, zero;
long use(void) { return count++ + zero; }
#else
#include "threads.h"
#include <stdatomic.h>
enum { THREADS = 8, TURNS = 3000, LOADS = 60 };
static const char *paths[] = {"./one.so", "./two.so", "./three.so"};
static atomic_int running;
static long (*use)(void);
static void *runs(void *unused) {
  long first = use();
  for (int i = 1; i < TURNS; i++) CHECK(use() == first + i);
  running--;
  return unused;
}
static void *loads(void *path) {
  for (int i = 0; i < LOADS; i++) {
    lw_module module = LOAD(path, LW_COPY);
    long (*own)(void) = SYMBOL_OF(long (*)(void), module, "use");
    CHECK(own() == 17 && own() == 18);
    CHECK(lw_close(module) == LW_OK);
  }
  return path;
}
int main(void) {
  for (int i = 0; i < 3; i++) {
    lw_module module = LOAD(paths[i], 0);
    pthread_t threads[THREADS], loaders[2];
    use = SYMBOL_OF(long (*)(void), module, "use");
    running = THREADS;
    for (int j = 0; j < 2; j++) CHECK(!pthread_create(&loaders[j], 0, loads, (void *)paths[j]));
    while (running > 0) {
      running = THREADS;
      for (int j = 0; j < THREADS; j++) CHECK(!pthread_create(&threads[j], 0, runs, 0));
      for (int j = 0; j < THREADS; j++) pthread_join(threads[j], 0);
    }
    for (int j = 0; j < 2; j++) pthread_join(loaders[j], 0);
    CHECK(lw_close(module) == LW_OK);
  }
  return verdict();
}
#endif
