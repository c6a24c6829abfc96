/* Destructors of thread-local objects. Each keeps the module that it is in until its thread ends. */
#include "../context.h"
#include "../host.h"
#include "../threads.h"
#include "libc.h"
#include "linkwright.h"

/* By thread; the last one first. */
static struct destructor {
  struct destructor *next;
  void (*function)(void *);
  void *object;
  uint32_t module; /* 0: the image */
} *lists[THREADS];

int __cxa_thread_atexit_impl(void (*function)(void *), void *object, void *dso) {
  uint32_t module = module_at((uintptr_t)dso);
  struct destructor *entry = malloc(sizeof *entry);
  if (!entry) return -1;
  if (module && lw_retain(module) != LW_CODE_OK) return free(entry), -1;
  struct destructor **list = &lists[thread_number()];
  *entry = (struct destructor){*list, function, object, module};
  *list = entry;
  return 0;
}

unsigned thread_destructors(uint32_t module) {
  unsigned count = 0;
  for (unsigned i = 0; i < THREADS; i++) {
    for (const struct destructor *entry = lists[i]; entry; entry = entry->next) count += entry->module == module;
  }
  return count;
}

static void give_back(uint32_t module) {
  uint32_t session = lw_unload(module);
  if (session == 0) return;
  settle(session);
  lw_close(session);
}

/* A destructor may register others. */
void thread_end(void) {
  struct destructor **list = &lists[thread_number()];
  while (*list) {
    struct destructor entry = **list;
    free(*list);
    *list = entry.next;
    entry.function(entry.object);
    if (entry.module) give_back(entry.module);
  }
}
