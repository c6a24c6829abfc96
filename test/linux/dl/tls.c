// Threads from before and after the opening have thread-local variables of their own, initialised as the file says.
// lib: one.so -DONE
// main: -pthread
#include "case.h"
#include <pthread.h>
#ifdef ONE
__thread int value = 17;
static __thread char zeros[5000];
__thread int aligned __attribute__((aligned(256))) = 18;
static __thread long image[300] = {1, 2, 3};
int use(int add) {
  int sum = 0;
  for (unsigned i = 0; i < sizeof zeros; i++) sum += zeros[i];
  if (image[0] + image[1] + image[2] != 6 || image[299] || aligned != 18 || (unsigned long)&aligned % 256) return -1;
  return sum ? -2 : (value += add);
}
#else
enum { THREADS = 8 };
static pthread_barrier_t barrier;
static int (*use)(int);
static int answers[2 * THREADS];
static void *early(void *answer) {
  pthread_barrier_wait(&barrier); // started
  pthread_barrier_wait(&barrier); // opened
  int index = (int)((int *)answer - answers);
  for (int i = 0; i < 100; i++) use(1);
  pthread_barrier_wait(&barrier); // used, all at once
  return *(int *)answer = use(index), (void *)0;
}
static void *late(void *answer) {
  return *(int *)answer = use((int)((int *)answer - answers)), (void *)0;
}
int main(void) {
  pthread_t threads[2 * THREADS];
  for (int round = 0; round < 3; round++) {
    pthread_barrier_init(&barrier, 0, THREADS + 1);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], 0, early, &answers[i]);
    pthread_barrier_wait(&barrier);
    void *one = OPEN("./one.so", RTLD_NOW);
    use = SYMBOL(int (*)(int), one, "use");
    CHECK(use(0) == 17 && use(1000) == 1017);
    pthread_barrier_wait(&barrier);
    for (int i = THREADS; i < 2 * THREADS; i++) pthread_create(&threads[i], 0, late, &answers[i]);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 2 * THREADS; i++) pthread_join(threads[i], 0);
    for (int i = 0; i < 2 * THREADS; i++) CHECK(answers[i] == 17 + i + (i < THREADS ? 100 : 0));
    CHECK(use(0) == 1017);
    CHECK(!dlclose(one));
  }
  return verdict();
}
#endif
