// A child of fork has what its parent had open, and opens and closes for itself; threads of its parent are no matter.
// lib: one.so -DONE
// lib: two.so -DTWO
// main: -pthread
#include "case.h"
#include <pthread.h>
#if defined ONE
int count = 17;
__thread int local = 18;
int use(void) { return count++ + local++; }
#elif defined TWO
int two(void) { return 2; }
#else
static void *one;
static pthread_barrier_t barrier;
static void uses(void) {
  CHECK(SYMBOL(int (*)(void), one, "use")() == 37);
  void *two = OPEN("./two.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), two, "two")() == 2);
  CHECK(!dlclose(two) && !dlclose(one) && mappings("/one.so") == 0);
}
static void works(void) {
  CHECK(SYMBOL(int (*)(void), one, "use")() == 38);
  void *two = OPEN("./two.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), two, "two")() == 2 && !dlclose(two) && !dlclose(one));
}
static void *opens(void *unused) {
  void *two = OPEN("./two.so", RTLD_NOW);
  SYMBOL(int (*)(void), one, "use")();
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier); // the children are through
  CHECK(!dlclose(two));
  return unused;
}
int main(void) {
  one = OPEN("./one.so", RTLD_NOW);
  int (*use)(void) = SYMBOL(int (*)(void), one, "use");
  CHECK(use() == 35);
  CHECK(child(uses) == 0);
  pthread_t thread;
  pthread_barrier_init(&barrier, 0, 2);
  pthread_create(&thread, 0, opens, 0);
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < 20; i++) CHECK(child(works) == 0);
  pthread_barrier_wait(&barrier);
  pthread_join(thread, 0);
  CHECK(use() == 38);
  return verdict();
}
#endif
