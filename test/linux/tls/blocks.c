// Blocks of any size and alignment; unloading takes them from threads that live on, and what comes next has its own.
// lib: small.so -nostdlib -DBYTES=8
// lib: large.so -nostdlib -DBYTES=100000
// lib: aligned.so -nostdlib -DBYTES=300 -DALIGN=256
// lib: pages.so -nostdlib -DBYTES=20000 -DALIGN=16384
// main: -DMAIN
#ifndef MAIN
#ifndef ALIGN
#define ALIGN 16
#endif
static __thread char first __attribute__((aligned(ALIGN))) = 7;
static __thread char block[BYTES] = {1};
__thread char last = 2;
int use(void) {
  int sum = 0;
  for (int i = 0; i < BYTES; i++) sum += block[i];
  if ((unsigned long)&first % ALIGN || first != 7 || last != 2 || sum != 1) return -1;
  return first = 9, block[0] = 3, block[BYTES - 1] = 4, last = 5, 17;
}
#else
#include "threads.h"
#include <semaphore.h>
enum { THREADS = 4, ROUNDS = 20 };
static const char *paths[] = {"./small.so", "./large.so", "./aligned.so", "./pages.so"};
enum { PATHS = sizeof paths / sizeof *paths };
static int (*uses[PATHS])(void);
static sem_t go[THREADS], done;
static int lives = 1;
static void *runs(void *own) {
  for (sem_wait(own); lives; sem_wait(own)) {
    for (int i = 0; i < PATHS; i++) CHECK(uses[i]() == 17);
    sem_post(&done);
  }
  return own;
}
static int lines(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  int count = 0;
  for (int byte; maps && (byte = getc(maps)) != EOF;) count += byte == '\n';
  if (maps) fclose(maps);
  return count;
}
int main(void) {
  pthread_t threads[THREADS];
  sem_init(&done, 0, 0);
  for (int i = 0; i < THREADS; i++) sem_init(&go[i], 0, 0);
  for (int i = 0; i < THREADS; i++) CHECK(!pthread_create(&threads[i], 0, runs, &go[i]));
  int before = 0;
  for (int round = 0; round < ROUNDS; round++) {
    lw_module modules[PATHS];
    for (int i = 0; i < PATHS; i++) {
      modules[i] = LOAD(paths[i], 0);
      uses[i] = SYMBOL_OF(int (*)(void), modules[i], "use");
    }
    for (int i = 0; i < THREADS; i++) sem_post(&go[i]);
    for (int i = 0; i < THREADS; i++) sem_wait(&done);
    for (int i = 0; i < PATHS; i++) CHECK(lw_close(modules[i]) == LW_OK);
    // What is kept for the next time is there after the first.
    if (round == 1) before = lines();
  }
  // Who watches threads makes mappings, too.
  CHECK(__has_feature(thread_sanitizer) || lines() <= before);
  lives = 0;
  for (int i = 0; i < THREADS; i++) sem_post(&go[i]);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
  return verdict();
}
#endif
