// Each model of thread-local access in an opened library: general, local, initial-exec, by descriptor, and another library's.
// lib: base.so -DBASE
// lib: general.so -DUSER ./base.so
// lib: descriptors.so -DUSER -mtls-dialect=gnu2 ./base.so
// lib: initial.so -DINITIAL -ftls-model=initial-exec
// main: -pthread
#include "case.h"
#include <pthread.h>
#if defined BASE
__thread int counter = 100;
int *where(void) { return &counter; }
#elif defined USER
extern __thread int counter;
static __thread int own = 17, zero;
int use(void) { return ++counter + own++ + zero++; }
int *where_other(void) { return &counter; }
#elif defined INITIAL
static __thread int own = 17, zero;
int use(void) { return own++ + zero++; }
#else
static void *base, *handles[3];
static const char *paths[] = {"./general.so", "./descriptors.so", "./initial.so"};
static void *uses(void *unused) {
  for (int i = 0; i < 3; i++) {
    int (*use)(void) = SYMBOL(int (*)(void), handles[i], "use");
    int first = use(), second = use();
    CHECK(first == (i == 2 ? 17 : 118 + 2 * i) && second == first + (i == 2 ? 2 : 3));
    if (i < 2) CHECK(SYMBOL(int *(*)(void), handles[i], "where_other")() == SYMBOL(int *(*)(void), base, "where")());
  }
  return unused;
}
int main(void) {
  base = OPEN("./base.so", RTLD_NOW);
  for (int i = 0; i < 3; i++) handles[i] = OPEN(paths[i], RTLD_NOW);
  pthread_t thread;
  for (int i = 0; i < 3; i++) CHECK(!pthread_create(&thread, 0, uses, 0) && !pthread_join(thread, 0));
  uses(0);
  for (int i = 0; i < 3; i++) CHECK(!dlclose(handles[i]));
  CHECK(!dlclose(base));
  return verdict();
}
#endif
