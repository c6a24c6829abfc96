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
static long pages(void) {
  long all = 0;
  FILE *sizes = fopen("/proc/self/statm", "r");
  if (sizes && fscanf(sizes, "%ld", &all) != 1) all = 0;
  if (sizes) fclose(sizes);
  return all;
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
    if (i == 1) before = pages();
  }
  long much = (1 << 20) / getpagesize();
  CHECK(pages() < before + 4 * much);
  thrd_t thread;
  int answer = 0;
  CHECK(thrd_create(&thread, runs_c, 0) == thrd_success && thrd_join(thread, &answer) == thrd_success && answer == 17);
  CHECK(lw_close(module) == LW_OK);
  CHECK(pages() < before + 2 * much);
  return verdict();
}
#endif
