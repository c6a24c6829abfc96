// Threads from before and after a load have variables of their own, initialised as the file says, in each model of access.
// lib: general.so -nostdlib
// lib: descriptors.so -nostdlib -mtls-dialect=gnu2
// lib: initial.so -nostdlib -ftls-model=initial-exec
// lib: local.so -nostdlib -ftls-model=local-dynamic
// main: -DMAIN
#ifndef MAIN
__thread int value = 17;
__thread long zeros[20] __attribute__((aligned(64)));
static __thread short own = 4;
static __thread char far __attribute__((aligned(32))) = 5;
int *where(void) { return &value; }
int use(void) {
  if ((unsigned long)zeros % 64 || (unsigned long)&far % 32) return -1;
  int sum = value + (int)zeros[19] + own + far;
  return value++, zeros[19] += 2, own += 3, far += 4, sum;
}
#else
#include "threads.h"
#include <semaphore.h>
enum { THREADS = 4 };
static sem_t ready, go, leave;
static int (*use)(void), *(*where)(void);
static lw_module module;
static void *uses(void *place) {
  sem_post(&ready);
  sem_wait(&go);
  CHECK(use() == 26 && use() == 36);
  CHECK(where() == lw_symbol(module, "value"));
  *(int **)place = where();
  sem_post(&ready);
  sem_wait(&leave);
  return place;
}
static void wait_for(int count, sem_t *semaphore) {
  while (count--) sem_wait(semaphore);
}
static void open_under_threads(const char *path) {
  pthread_t threads[2 * THREADS];
  int *places[2 * THREADS];
  for (int i = 0; i < THREADS; i++) CHECK(!pthread_create(&threads[i], 0, uses, &places[i]));
  wait_for(THREADS, &ready);
  module = LOAD(path, 0);
  use = SYMBOL_OF(int (*)(void), module, "use");
  where = SYMBOL_OF(int *(*)(void), module, "where");
  for (int i = THREADS; i < 2 * THREADS; i++) CHECK(!pthread_create(&threads[i], 0, uses, &places[i]));
  wait_for(THREADS, &ready);
  for (int i = 0; i < 2 * THREADS; i++) sem_post(&go);
  wait_for(2 * THREADS, &ready);
  CHECK(use() == 26 && use() == 36);
  for (int i = 0; i < 2 * THREADS; i++) {
    for (int j = 0; j < i; j++) CHECK(places[i] != places[j]);
    CHECK(places[i] != where());
  }
  for (int i = 0; i < 2 * THREADS; i++) sem_post(&leave);
  for (int i = 0; i < 2 * THREADS; i++) pthread_join(threads[i], 0);
  CHECK(lw_close(module) == LW_OK);
}
int main(void) {
  sem_init(&ready, 0, 0);
  sem_init(&go, 0, 0);
  sem_init(&leave, 0, 0);
  static const char *paths[] = {"./general.so", "./descriptors.so", "./initial.so", "./local.so"};
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 4; i++) open_under_threads(paths[i]);
  }
  return verdict();
}
#endif
