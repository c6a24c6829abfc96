// A function that is bound when it is called gets all its arguments, and many threads may be the first; nobody's ends the process.
// lib: callee.so -nostdlib -DCALLEE
// lib: caller.so -nostdlib -DCALLER -Wl,-z,lazy
// main: -DMAIN
typedef struct { long a, b, c; } large;
double sum(int a, long b, double c, int d, long e, double f, int g, float h, long i, double j, int k, double l, double m, double n, double o);
large three(long a, long b, long c);
int count(int first, ...);
void nobodys(void);
#if defined CALLEE
double sum(int a, long b, double c, int d, long e, double f, int g, float h, long i, double j, int k, double l, double m, double n, double o) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k + 12 * l + 13 * m + 14 * n + 15 * o;
}
large three(long a, long b, long c) { return (large){c, b, a}; }
int count(int first, ...) {
  __builtin_va_list list;
  int all = first;
  __builtin_va_start(list, first);
  for (int i = 0; i < 4; i++) all += (int)__builtin_va_arg(list, double) * __builtin_va_arg(list, int);
  return __builtin_va_end(list), all;
}
#elif defined CALLER
int use(void) {
  if (sum(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) != 1240) return 1;
  large answer = three(1, 2, 3);
  if (answer.a != 3 || answer.b != 2 || answer.c != 1) return 2;
  return count(1, 2.0, 3, 4.0, 5, 6.0, 7, 8.0, 9) == 141 ? 17 : 3;
}
void fall(void) { nobodys(); }
#else
#include "threads.h"
static int (*use)(void);
static void (*fall)(void);
static pthread_barrier_t barrier;
static void *uses(void *unused) {
  pthread_barrier_wait(&barrier);
  CHECK(use() == 17 && use() == 17);
  return unused;
}
static void falls(void) { fall(); }
int main(void) {
  enum { THREADS = 4, ROUNDS = 10 };
  lw_module callee = LOAD("./callee.so", LW_GLOBAL), caller = 0;
  pthread_barrier_init(&barrier, 0, THREADS);
  for (int round = 0; round < ROUNDS; round++) {
    if (caller) CHECK(lw_close(caller) == LW_OK);
    caller = LOAD("./caller.so", LW_LAZY);
    use = SYMBOL_OF(int (*)(void), caller, "use");
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) CHECK(!pthread_create(&threads[i], 0, uses, 0));
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
  }
  fall = SYMBOL_OF(void (*)(void), caller, "fall");
  int pipes[2], kept = dup(2);
  char said[500] = "";
  if (pipe(pipes)) perror("pipe"), exit(2);
  dup2(pipes[1], 2);
  int status = child(falls);
  dup2(kept, 2);
  close(pipes[1]);
  CHECK(read(pipes[0], said, sizeof said - 1) > 0);
  CHECK(status == 127 && strstr(said, "caller.so") && strstr(said, "nobodys"));
  CHECK(lw_close(caller) == LW_OK && lw_close(callee) == LW_OK);
  return verdict();
}
#endif
