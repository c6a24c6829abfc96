/* What modules register for their end (__cxa_atexit). musl never calls it before the process's: it unloads nothing, so that is done here. In a static
 * program with glibc nobody may have asked for __cxa_finalize: who asks for it here brings it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "host.h"
#include "own.h"
#include "tls.h"

#if defined LW_SYSCALLS
const void *closing_symbol(const char *name) {
  (void)name;
  return NULL;
}
#elif defined __GLIBC__
void __cxa_finalize(void *home);
const void *closing_symbol(const char *name) { return strcmp(name, "__cxa_finalize") == 0 ? (const void *)__cxa_finalize : NULL; }
#else

struct closing {
  struct closing *older;
  void (*run)(void *);
  void *argument;
  const void *home; /* the module's __dso_handle */
};

static struct closing *newest;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int __cxa_atexit(void (*run)(void *), void *argument, void *home);

/* The newest of a module, or of all; null if there is none. It is not in the list any more. */
static struct closing *take(const void *home) {
  pthread_mutex_lock(&lock);
  struct closing **link = &newest;
  while (*link && home && (*link)->home != home) link = &(*link)->older;
  struct closing *taken = *link;
  if (taken) *link = taken->older;
  pthread_mutex_unlock(&lock);
  return taken;
}

/* Last to first; what is registered meanwhile comes next. Itanium C++ ABI 3.3.6.3. */
static void finalize(const void *home) {
  for (struct closing *each; (each = take(home));) {
    void (*run)(void *) = each->run;
    void *argument = each->argument;
    free(each);
    run(argument);
  }
}

static void finalize_all(void) { finalize(NULL); }

static int add(void (*run)(void *), void *argument, const void *home) {
  static bool is_told;
  if (!home || host_module_at(home) == 0) return __cxa_atexit(run, argument, (void *)home);
  struct closing *made = malloc(sizeof *made);
  if (!made) return -1;
  *made = (struct closing){.run = run, .argument = argument, .home = home};
  pthread_mutex_lock(&lock);
  made->older = newest;
  newest = made;
  bool tells = !is_told;
  is_told = true;
  pthread_mutex_unlock(&lock);
  return tells ? atexit(finalize_all) : 0;
}

const void *closing_symbol(const char *name) {
  if (strcmp(name, "__cxa_atexit") == 0) return (const void *)add;
  return strcmp(name, "__cxa_finalize") == 0 ? (const void *)finalize : NULL;
}
#endif
