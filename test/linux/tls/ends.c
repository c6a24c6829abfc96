// What a thread has is there until its last destructor has run, and none of it is left when it has ended.
// lib: one.so -nostdlib
// main: -DMAIN
#ifndef MAIN
static __thread int count = 17;
static __thread char much[1 << 20];
int use(void) { return count++ + much[sizeof much - 1]; }
#else
#include "threads.h"
#include <limits.h>
#include <threads.h>
enum { ROUNDS = 200 };
static int (*use)(void);
static int last;
static pthread_key_t key;
static void ends(void *round) {
  last = use();
  if ((uintptr_t)round < PTHREAD_DESTRUCTOR_ITERATIONS) pthread_setspecific(key, (void *)((uintptr_t)round + 1));
}
static void *runs(void *unused) {
  CHECK(use() == 17);
  pthread_setspecific(key, (void *)1);
  return unused;
}
static int runs_c(void *unused) { return (void)unused, use(); }
static long mapped(void) {
  unsigned long all = 0, start, end;
  FILE *maps = fopen("/proc/self/maps", "r"); // an emulator's memory is not in there
  while (maps && fscanf(maps, "%lx-%lx%*[^\n]", &start, &end) == 2) all += end - start;
  if (maps) fclose(maps);
  return (long)all;
}
int main(void) {
  lw_module module = LOAD("./one.so", 0);
  use = SYMBOL_OF(int (*)(void), module, "use");
  pthread_key_create(&key, ends);
  long before = 0;
  for (int i = 0; i < ROUNDS; i++) {
    pthread_t thread;
    CHECK(!pthread_create(&thread, 0, runs, 0) && !pthread_join(thread, 0));
    // Each round of destructors used it once more, but perhaps the last one behind the end.
    CHECK(last == 17 + PTHREAD_DESTRUCTOR_ITERATIONS || last == 17);
    if (i == 1) before = mapped();
  }
  enum { MUCH = 1 << 20 };
  CHECK(mapped() < before + 4 * MUCH);
  thrd_t thread;
  int answer = 0;
  CHECK(thrd_create(&thread, runs_c, 0) == thrd_success && thrd_join(thread, &answer) == thrd_success && answer == 17);
  CHECK(lw_close(module) == LW_OK);
  CHECK(mapped() < before + 2 * MUCH);
  return verdict();
}
#endif
