// A program without libc: it begins with its own first instruction, and ends with the kernel's last.
// lib: module.so -DMODULE -nostdlib
// lib: under.so -DUNDER -nostdlib
#ifdef UNDER
__attribute__((visibility("default"))) int under(void) { return 3; }
#elif defined MODULE
extern int given(int);
static int up;
__attribute__((visibility("default"))) _Thread_local int local = 7;
__attribute__((constructor)) static void begin(void) { up = 1; }
__attribute__((visibility("default"))) int sum(void) { return given(9) + up + local; }
#else
#include <linkwright.h>
#include <stdbool.h>
#include "system.h"

static void say(const char *text) {
  long bytes = 0;
  while (text[bytes]) ++bytes;
  system_call(SYS_WRITE, 1, (long)text, bytes);
  system_call(SYS_WRITE, 1, (long)"\n", 1);
}

static bool same(const char *a, const char *b) {
  while (*a && *a == *b) ++a, ++b;
  return *a == *b;
}

static int given(int value) { return value; }

static void *resolve(const struct lw_reference *reference, void *data) {
  (void)data;
  return same(reference->name, "given") ? (void *)given : 0;
}

static int run(void) {
  lw_module module, under, none;
  struct lw_place place;
  if (lw_open(LW_PROCESS, "./module.so", 0, &module) == LW_OK) return 1;
  say(lw_error());
  if (lw_open(LW_PROCESS, "./missing.so", 0, &none) == LW_OK) return 2;
  say(lw_error());
  if (lw_open(LW_PROCESS, "./huge.so", 0, &none) == LW_OK) return 2;
  say(lw_error());
  if (lw_resolvers(LW_PROCESS, 0, resolve, 0) != LW_OK || lw_open(LW_PROCESS, "./module.so", 0, &module) != LW_OK) return say(lw_error()), 3;
  int (*sum)(void) = (int (*)(void))lw_symbol(module, "sum");
  if (!sum || sum() != 17) return 4;
  *(int *)lw_symbol(module, "local") = 8;
  if (sum() != 18) return 5;
  if (lw_address(LW_PROCESS, (void *)sum, &place) != LW_OK || !same(place.symbol, "sum")) return 6;
  if (lw_open(LW_PROCESS, "under.so", LW_LAZY, &under) != LW_OK) return say(lw_error()), 7; // by LD_LIBRARY_PATH
  if (((int (*)(void))lw_symbol(under, "under"))() != 3) return 8;
  if (lw_close(under) != LW_OK || lw_close(module) != LW_OK || lw_symbol(module, "sum")) return 9;
  say("17");
  return 0;
}

/* Where hosts/linux/mini/enter.S goes. */
_Noreturn void start(uintptr_t *stack) {
  lw_process_begin(stack);
  int status = run();
  lw_process_end();
  for (;;) system_call(SYS_EXIT_GROUP, status, 0, 0);
}
#endif
