// What objects register for their end (__cxa_atexit) is called when they are closed, last to first, or at the end of the process.
// object: one.o -DNUMBER=1 -fPIC
// object: two.o -DNUMBER=2 -fPIC
#ifdef NUMBER
extern int __cxa_atexit(void (*)(void *), void *, void *);
extern void told(int);
extern void *__dso_handle;
static int values[2] = {NUMBER, 10 * NUMBER};
static void end(void *value) { told(*(int *)value); }
__attribute__((constructor)) static void begin(void) { for (int i = 0; i < 2; ++i) __cxa_atexit(end, &values[i], &__dso_handle); }
#else
#include "threads.h"
#include <linkwright.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
extern int __cxa_atexit(void (*)(void *), void *, void *);
extern void __cxa_finalize(void *) __attribute__((weak));
static int heard;
static int is_over;
static void told(int value) {
  heard = heard * 100 + value;
  if (is_over && heard == 1001) _exit(0);
}
static void *resolve(const struct lw_reference *reference, void *data) {
  (void)data;
  static const struct {
    const char *name;
    void *at;
  } known[] = {{"told", (void *)told}, {"__cxa_atexit", (void *)__cxa_atexit}, {"__cxa_finalize", (void *)__cxa_finalize}};
  for (unsigned i = 0; i < sizeof known / sizeof *known; ++i) if (!strcmp(reference->name, known[i].name)) return known[i].at;
  return NULL;
}
int main(void) {
  lw_module one, two;
  CHECK(lw_resolvers(LW_PROCESS, NULL, resolve, NULL) == LW_OK);
  CHECK(lw_open(LW_PROCESS, "./one.o", 0, &one) == LW_OK && lw_open(LW_PROCESS, "./two.o", 0, &two) == LW_OK);
  CHECK(heard == 0 && lw_close(two) == LW_OK && heard == 2002);
  heard = 0;
  if (verdict()) return 1;
  is_over = 1;
  exit(2); // what one.o has registered ends it well
}
#endif
