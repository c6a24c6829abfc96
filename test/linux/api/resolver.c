// A resolver (IFUNC) that a lookup calls may wait for another thread, which closes a module meanwhile.
// lib: chosen.so -DCHOSEN
// lib: other.so -DOTHER
#include "case.h"
#if defined CHOSEN
EXPORT void (*volatile before)(void);
static int right(void) { return 17; }
__attribute__((used)) static int (*choose(void))(void) {
  if (before) before();
  return right;
}
EXPORT __attribute__((ifunc("choose"))) int chosen(void);
#elif defined OTHER
EXPORT int other(void) { return 1; }
#else
static volatile int is_asked, is_closed;

static void wait_for(volatile int *what) {
  for (int i = 0; i < 5000 && !*what; i++) usleep(1000);
}

static void until_closed(void) {
  is_asked = 1;
  wait_for(&is_closed);
}

static void *close_other(void *other) {
  wait_for(&is_asked);
  CHECK(lw_close((lw_module)(uintptr_t)other) == LW_OK);
  is_closed = 1;
  return 0;
}

int main(void) {
  lw_module chosen = LOAD("./chosen.so", 0), other = LOAD("./other.so", 0);
  pthread_t closing;
  *SYMBOL_OF(void (*volatile *)(void), chosen, "before") = until_closed;
  CHECK(!pthread_create(&closing, 0, close_other, (void *)(uintptr_t)other));
  int (*function)(void) = SYMBOL_OF(int (*)(void), chosen, "chosen");
  CHECK(is_closed && function() == 17);
  pthread_join(closing, 0);
  return verdict();
}
#endif
