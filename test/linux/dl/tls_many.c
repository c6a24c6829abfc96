// Many libraries with thread-local blocks, opened and closed in turns under a thread that uses them: nothing is mixed up.
// lib: one.so -DONE
// main: -pthread
#include "case.h"
#include <pthread.h>
#ifdef ONE
__thread int value = 17;
int use(int add) { return value += add; }
#else
enum { COUNT = 40 };
static int (*uses[COUNT])(int);
static void *calls(void *expected) {
  for (int i = 0; i < COUNT; i++) {
    if (!uses[i]) continue;
    CHECK(uses[i](0) == 17 && uses[i](i) == 17 + i);
    uses[i](-i);
  }
  return expected;
}
int main(void) {
  void *handles[COUNT];
  char command[64], path[32];
  for (int i = 0; i < COUNT; i++) {
    snprintf(command, sizeof command, "cp one.so many%d.so", i);
    CHECK(!system(command));
  }
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < COUNT; i++) {
      if (uses[i]) continue;
      snprintf(path, sizeof path, "./many%d.so", i);
      handles[i] = OPEN(path, RTLD_NOW);
      uses[i] = SYMBOL(int (*)(int), handles[i], "use");
    }
    calls(0);
    pthread_t thread;
    CHECK(!pthread_create(&thread, 0, calls, 0));
    pthread_join(thread, 0);
    for (int i = round; i < COUNT; i += 2) CHECK(!dlclose(handles[i]) && !(uses[i] = 0));
    calls(0);
  }
  return verdict();
}
#endif
