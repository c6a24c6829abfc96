/* The one instance of the core in this process, and the lock around whatever changes it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "host.h"
#include "tls.h"

/* Addresses, not memory: pages that nobody touched cost nothing. Behind it lies what a wrong access of the core would hit. */
#if UINTPTR_MAX > UINT32_MAX
#define CORE_BYTES ((size_t)1 << 30)
#define GUARD_BYTES ((size_t)8 << 30)
#else
#define CORE_BYTES ((size_t)1 << 26)
#define GUARD_BYTES ((size_t)0)
#endif

uint64_t page_bytes;
uint8_t *core_memory;
int host_argc;
char **host_argv, **host_envp;

/* Recursive by itself: a mutex that knows its owner by the number of a thread can't be given back by a child of fork, which has another. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static const void *owner; /* something that is each thread's own, and lies where it lay after fork */
static unsigned held;     /* how often */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_open;

static void lock(void) {
  if (__atomic_load_n(&owner, __ATOMIC_RELAXED) != &reader) {
    pthread_mutex_lock(&mutex);
    __atomic_store_n(&owner, &reader, __ATOMIC_RELAXED);
  }
  ++held;
}

static void unlock(void) {
  if (--held > 0) return;
  __atomic_store_n(&owner, NULL, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&mutex);
}

/* A child has one thread, which may have been the one that holds the lock, and no other. */
static void before_fork(void) {
  lock();
  tls_before_fork();
}
static void after_fork(void) {
  tls_after_fork(false);
  unlock();
}
static void in_child(void) {
  readers_forked();
  tls_after_fork(true);
  mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  unlock();
}

static void open_lock(void) { pthread_atfork(before_fork, after_fork, in_child); }

static bool open_core(void) {
  page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
  char *memory = mmap(NULL, CORE_BYTES + GUARD_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  if (mprotect(memory, CORE_BYTES, PROT_READ | PROT_WRITE) != 0) return false;
  core_memory = (uint8_t *)memory;
  slots_open();
  return lw_start(memory, CORE_BYTES) == LW_CODE_OK;
}

bool host_enter(void) {
  pthread_once(&once, open_lock);
  lock();
  if (!is_open) is_open = open_core();
  if (is_open) return true;
  unlock();
  fail(LW_CODE_OUT_OF_MEMORY, "there are no addresses for the loader's own memory");
  return false;
}

void host_trim(void) {
  enum { LEAST_BYTES = 1 << 16 };
  uint64_t bytes = core_value(0, LW_FIELD_SPARE_BYTES), offset = core_value(0, LW_FIELD_SPARE_OFFSET);
  if (bytes < LEAST_BYTES) return;
  uint64_t start = page_up(offset), end = page_down(offset + bytes);
  madvise(core_memory + start, end - start, MADV_DONTNEED);
}

void host_leave(void) { unlock(); }

#ifndef LW_SYSCALLS
/* glibc hands a constructor what main gets. Others do not; but the environment is still where the kernel put it, behind a count of the
 * arguments and the arguments (psABIs, "Initial Process Stack"). */
__attribute__((constructor(102))) static void keep_arguments(int argc, char **argv, char **envp) {
  extern char **environ;
#ifdef __GLIBC__
  host_argc = argc;
  host_argv = argv;
  host_envp = envp;
#else
  (void)argc, (void)argv, (void)envp;
  enum { MOST_ARGUMENTS = 1 << 16 };
  static char *none[] = {NULL};
  host_argv = none;
  host_envp = environ;
  for (intptr_t count = 0; environ && count < MOST_ARGUMENTS; ++count) {
    if ((intptr_t)environ[-2 - count] != count) continue;
    host_argc = (int)count;
    host_argv = environ - 1 - count;
    break;
  }
#endif
}

#endif

_Noreturn void lw_trap(const char *cause) {
  last_words("the loader made a mistake of its own, and stops: %s", cause);
  abort();
}
