// Variables of fixed offset are used as long as there is room, and again when it is given back; more is refused, and nothing is changed.
// lib: one.so -nostdlib -ftls-model=initial-exec -DWORDS=30
// lib: much.so -nostdlib -ftls-model=initial-exec -DWORDS=5000
// main: -DMAIN
#ifndef MAIN
__thread long words[WORDS] = {17};
int use(void) { return (int)(words[0]++ + words[WORDS - 1]++); }
#else
#include "threads.h"
#include <semaphore.h>
enum { COUNT = 10, ROUNDS = 40 };
static int (*use)(void);
static void *uses(void *answer) { return *(int *)answer = use(), NULL; }
int main(void) {
  lw_module modules[COUNT] = {0}, none = 0;
  for (int round = 0; round < ROUNDS; round++) {
    int index = round * 7 % COUNT, answer = 0;
    if (modules[index]) CHECK(lw_close(modules[index]) == LW_OK);
    modules[index] = LOAD("./one.so", LW_COPY);
    use = SYMBOL_OF(int (*)(void), modules[index], "use");
    CHECK(use() == 17 && use() == 19);
    pthread_t thread;
    CHECK(!pthread_create(&thread, 0, uses, &answer) && !pthread_join(thread, 0) && answer == 17);
  }
  CHECK(lw_open(LW_PROCESS, "./much.so", 0, &none) != LW_OK && !none && strstr(lw_error(), "NoStaticTls"));
  for (int i = 0; i < COUNT; i++) {
    use = SYMBOL_OF(int (*)(void), modules[i], "use");
    CHECK(use() > 17);
  }
  return verdict();
}
#endif
