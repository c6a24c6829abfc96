// A handler of a signal may be the first to touch a variable of its thread, whatever that thread is about.
// lib: one.so -nostdlib
// main: -DMAIN
#ifndef MAIN
static __thread int count = 17;
int use(void) { return count++; }
#else
#include "threads.h"
#include <stdatomic.h>
enum { COPIES = 300 };
static int (*uses[COPIES])(void);
static atomic_int loaded_count, handled, lives = 1;
static void handler(int number) {
  (void)number;
  int index = handled;
  if (index < loaded_count) CHECK(uses[index]() == 17), handled = index + 1;
}
static void *makes_tables(void *unused) {
  for (int i = 0; lives; i = (i + 1) % COPIES) {
    if (i < handled) CHECK(uses[i]() > 17);
  }
  return unused;
}
int main(void) {
  pthread_t thread;
  struct sigaction action = {.sa_handler = handler};
  sigaction(SIGUSR1, &action, 0);
  CHECK(!pthread_create(&thread, 0, makes_tables, 0));
  for (int i = 0; i < COPIES; i++) {
    lw_module module = LOAD("./one.so", LW_COPY);
    uses[i] = SYMBOL_OF(int (*)(void), module, "use");
    CHECK(uses[i]() == 17);
    loaded_count = i + 1;
    while (handled < loaded_count) pthread_kill(thread, SIGUSR1), sched_yield();
  }
  lives = 0;
  pthread_join(thread, 0);
  return verdict();
}
#endif
