#define _GNU_SOURCE
#include "destructors.h"
#include "pool.h"
#include "thread.h"
#include "tls.h"
#include <stdlib.h>

/* An object keeps the module that destroys it loaded, until that is done. */
struct destructor {
  struct destructor *next; /* of the same thread */
  struct destructor *older, **link; /* of all threads; where it is linked from */
  void (*run)(void *);
  void *object;
  uint32_t module; /* 0: none of ours */
};

/* glibc has it, and runs them before the destructors of keys. It is told this library as the home of all. */
__attribute__((weak)) int __cxa_thread_atexit_impl(void (*run)(void *), void *object, void *home);
extern void *__dso_handle __attribute__((visibility("hidden")));

static _Thread_local struct destructor *newest __attribute__((tls_model("initial-exec")));

static struct destructor *all; /* newest first; by whoever holds the threads' lock */

unsigned tls_destructors(uint32_t module) {
  sigset_t signals;
  unsigned count = 0;
  threads_lock(&signals);
  for (struct destructor *each = all; each; each = each->older) count += each->module == module;
  threads_unlock(&signals);
  return count;
}

static void give(struct destructor *destructor) {
  sigset_t signals;
  threads_lock(&signals);
  *destructor->link = destructor->older;
  if (destructor->older) destructor->older->link = destructor->link;
  pool_give(destructor, sizeof *destructor, _Alignof(struct destructor));
  threads_unlock(&signals);
}

static void run(void *data) {
  struct destructor destructor = *(struct destructor *)data;
  give(data);
  destructor.run(destructor.object);
  if (destructor.module) host_release(destructor.module);
}

void destructors_run(void) {
  while (newest) {
    struct destructor *destructor = newest;
    newest = destructor->next;
    run(destructor);
  }
}

/* The first thread that has one may also be the one that calls exit(). */
static int add(struct destructor *destructor) {
  static bool is_told;
  if (__cxa_thread_atexit_impl) return __cxa_thread_atexit_impl(run, destructor, &__dso_handle);
  if (!__atomic_exchange_n(&is_told, true, __ATOMIC_RELAXED) && atexit(destructors_run) != 0) return -1;
  tls_thread_begin(false);
  destructor->next = newest;
  newest = destructor;
  return 0;
}

int destructors_add(void (*function)(void *), void *object, void *home) {
  uint32_t module = host_module_at(home);
  if (module && !host_retain(module)) return -1;
  sigset_t signals;
  threads_lock(&signals);
  struct destructor *destructor = pool_take(sizeof *destructor, _Alignof(struct destructor));
  if (destructor) {
    *destructor = (struct destructor){.older = all, .link = &all, .run = function, .object = object, .module = module};
    if (all) all->link = &destructor->older;
    all = destructor;
  }
  threads_unlock(&signals);
  if (destructor) {
    if (add(destructor) == 0) return 0;
    give(destructor);
  }
  if (module) host_release(module);
  return -1;
}
