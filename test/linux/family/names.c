// backtrace_symbols names what another thread closes meanwhile: nothing is given back while it is looked at.
// lib: one.so -DONE
// main: -rdynamic
#include "../dl/case.h"
#include <execinfo.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/syscall.h>
#ifdef ONE
EXPORT int named(void) { return 1; }
#else
static pthread_t closing;
static volatile int is_read, is_waiting, is_closed;

// Calls of the library itself come here, too: this one when it has to wait for somebody ...
EXPORT int sched_yield(void) {
  if (pthread_equal(pthread_self(), closing)) is_waiting = 1;
  return (int)syscall(SYS_sched_yield);
}

// ... and this one with a name in its hands, which is looked at when the other thread waits for that, or did not.
EXPORT int snprintf(char *text, size_t room, const char *format, ...) {
  is_read = 1;
  while (!is_waiting && !is_closed) syscall(SYS_sched_yield);
  CHECK(is_waiting);
  if (!is_waiting) exit(verdict());
  va_list values;
  va_start(values, format);
  int bytes = vsnprintf(text, room, format, values);
  va_end(values);
  return bytes;
}

static void *end(void *handle) {
  while (!is_read) syscall(SYS_sched_yield);
  if (dlclose(handle)) ++failures;
  is_closed = 1;
  return NULL;
}

int main(void) {
  void *handle = OPEN("./one.so", RTLD_NOW), *address = SYMBOL(void *, handle, "named");
  Dl_info info;
  CHECK(!pthread_create(&closing, NULL, end, handle));
  char **names = backtrace_symbols(&address, 1);
  CHECK(names && is_read);
  free(names);
  CHECK(!pthread_join(closing, NULL) && !dladdr(address, &info));
  return verdict();
}
#endif
