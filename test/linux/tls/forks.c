// A child of fork has the variables of the thread that forked, and loads and begins threads of its own.
// lib: one.so -nostdlib
// lib: two.so -nostdlib -ftls-model=initial-exec
// main: -DMAIN
#ifndef MAIN
static __thread int count = 17;
int use(void) { return count++; }
#else
#include "threads.h"
#include <semaphore.h>
static lw_module one;
static int (*use)(void);
static sem_t used, go;
static void *waits(void *unused) {
  CHECK(use() == 17);
  sem_post(&used);
  sem_wait(&go);
  return unused;
}
static void *uses(void *place) { return *(int *)place = use(), place; }
static void in_child(void) {
  int answer = 0;
  pthread_t thread;
  CHECK(use() == 18);
  CHECK(!pthread_create(&thread, 0, uses, &answer) && !pthread_join(thread, 0) && answer == 17);
  CHECK(lw_close(one) == LW_OK);
  lw_module two = LOAD("./two.so", 0);
  use = SYMBOL_OF(int (*)(void), two, "use");
  CHECK(use() == 17 && !pthread_create(&thread, 0, uses, &answer) && !pthread_join(thread, 0) && answer == 17);
  CHECK(lw_close(two) == LW_OK);
}
int main(void) {
  enum { THREADS = 3 };
  pthread_t threads[THREADS];
  sem_init(&used, 0, 0);
  sem_init(&go, 0, 0);
  one = LOAD("./one.so", 0);
  use = SYMBOL_OF(int (*)(void), one, "use");
  for (int i = 0; i < THREADS; i++) CHECK(!pthread_create(&threads[i], 0, waits, 0));
  for (int i = 0; i < THREADS; i++) sem_wait(&used);
  CHECK(use() == 17 && child(in_child) == 0 && use() == 18);
  for (int i = 0; i < THREADS; i++) sem_post(&go);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
  return verdict();
}
#endif
