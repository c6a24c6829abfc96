// What a library registered with pthread_atfork runs at fork, and no more when the library is gone.
// lib: one.so -DONE
// main: -rdynamic
#include "case.h"
#include <pthread.h>
extern void note(int);
#ifdef ONE
static void before(void) { note(1); }
static void parent(void) { note(10); }
static void inside(void) { note(100); }
__attribute__((constructor)) static void up(void) { pthread_atfork(before, parent, inside); }
#else
static int sum;
void note(int n) { sum += n; }
static void looks(void) { CHECK(sum == 101); }
static void looks_again(void) { CHECK(sum == 11); }
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(child(looks) == 0 && sum == 11);
  CHECK(!dlclose(one));
  CHECK(child(looks_again) == 0 && sum == 11);
  return verdict();
}
#endif
