// Eight threads open, look up, call and close at random: every answer is right, and nothing stays behind.
// lib: low.so -DNUMBER=1
// lib: one.so -DNUMBER=2 -DNEEDS ./low.so
// lib: two.so -DNUMBER=3 -DNEEDS ./low.so
// lib: three.so -DNUMBER=4
// main: -pthread
#include "case.h"
#include <pthread.h>
#ifdef NUMBER
static __thread int local = NUMBER;
#ifdef NEEDS
int low_number(void);
int sum(void) { return local + low_number(); }
#else
int low_number(void) { return local; }
int sum(void) { return local; }
#endif
#else
enum { THREADS = 8, ROUNDS = 400 };
static const char *paths[] = {"./low.so", "./one.so", "./two.so", "./three.so"};
static const int sums[] = {1, 3, 4, 4};
#ifdef TOLD // of threads, where what watches stands in front of pthread_create
void lw_thread_begin(void), lw_thread_end(void);
#else
static void lw_thread_begin(void) {}
static void lw_thread_end(void) {}
#endif
static void *works(void *seed) {
  lw_thread_begin();
  unsigned state = (unsigned)(uintptr_t)seed;
  void *open[4] = {0};
  for (int i = 0; i < ROUNDS; i++) {
    state = state * 1103515245 + 12345;
    unsigned which = state >> 16 & 3;
    if (open[which]) {
      CHECK(!dlclose(open[which]));
      open[which] = 0;
      continue;
    }
    open[which] = OPEN(paths[which], state >> 20 & 1 ? RTLD_NOW : RTLD_LAZY);
    int (*sum)(void) = SYMBOL(int (*)(void), open[which], "sum");
    Dl_info info;
    CHECK(sum() == sums[which] && dladdr((void *)sum, &info) && strstr(info.dli_fname, paths[which] + 2));
    CHECK(!dlsym(open[which], "missing") && says("missing"));
  }
  for (int i = 0; i < 4; i++) if (open[i]) CHECK(!dlclose(open[i]));
  lw_thread_end();
  return 0;
}
int main(void) {
  pthread_t threads[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], 0, works, (void *)(i + 1));
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
  for (int i = 0; i < 4; i++) CHECK(mappings(paths[i] + 1) == 0);
  return verdict();
}
#endif
