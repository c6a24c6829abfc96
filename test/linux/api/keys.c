// Destructors of keys look symbols up, in every round, while another thread opens and closes: of threads that did before, and of those that did not or do in the last round only.
// lib: one.so -DONE
// lib: two.so -DTWO
#include "case.h"
#include <limits.h>
#if defined ONE
EXPORT int one(void) { return 1; }
#elif defined TWO
EXPORT int two(void) { return 2; }
#else
static lw_module one;
static pthread_key_t key;
static volatile int is_over;

static _Thread_local int is_last;

static void look(void *round) {
  if ((!is_last || (uintptr_t)round == PTHREAD_DESTRUCTOR_ITERATIONS) && !lw_symbol(one, "one")) ++failures;
  if ((uintptr_t)round < PTHREAD_DESTRUCTOR_ITERATIONS) pthread_setspecific(key, (char *)round + 1);
}

static void *end(void *kind) {
  if (kind == (void *)1 && !lw_symbol(one, "one")) ++failures;
  is_last = kind == (void *)2;
  pthread_setspecific(key, (void *)1);
  return 0;
}

static void *change(void *data) {
  while (!is_over && !failures) {
    lw_module two = LOAD("./two.so", LW_GLOBAL);
    CHECK(lw_close(two) == LW_OK);
  }
  return data;
}

int main(void) {
  pthread_t changing, ending;
  one = LOAD("./one.so", 0);
  CHECK(lw_symbol(one, "one") && !pthread_key_create(&key, look) && !pthread_create(&changing, 0, change, 0));
  for (int i = 0; i < 2000 && !failures; i++) {
    CHECK(!pthread_create(&ending, 0, end, (void *)(intptr_t)(i % 3)));
    pthread_join(ending, 0);
  }
  is_over = 1;
  pthread_join(changing, 0);
  return verdict();
}
#endif
