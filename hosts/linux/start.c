/* The one instance of the core in this process, and the lock around whatever changes it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "host.h"

/* Addresses, not memory: pages that nobody touched cost nothing. Behind it lies what a wrong access of the core would hit. */
#if UINTPTR_MAX > UINT32_MAX
#define CORE_BYTES ((size_t)1 << 30)
#define GUARD_BYTES ((size_t)8 << 30)
#else
#define CORE_BYTES ((size_t)1 << 26)
#define GUARD_BYTES ((size_t)0)
#endif

uint64_t page_bytes;
int host_argc;
char **host_argv, **host_envp;

static pthread_mutex_t mutex;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_open;

/* A child has one thread, which may have been the one that holds the lock, and no other. */
static void before_fork(void) { pthread_mutex_lock(&mutex); }
static void after_fork(void) { pthread_mutex_unlock(&mutex); }
static void in_child(void) {
  readers_forked();
  pthread_mutex_unlock(&mutex);
}

static void open_lock(void) {
  pthread_mutexattr_t recursive;
  pthread_mutexattr_init(&recursive);
  pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&mutex, &recursive);
  pthread_mutexattr_destroy(&recursive);
  pthread_atfork(before_fork, after_fork, in_child);
}

static bool open_core(void) {
  page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
  char *memory = mmap(NULL, CORE_BYTES + GUARD_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  if (mprotect(memory, CORE_BYTES, PROT_READ | PROT_WRITE) != 0) return false;
  return lw_start(memory, CORE_BYTES) == LW_CODE_OK;
}

bool host_enter(void) {
  pthread_once(&once, open_lock);
  pthread_mutex_lock(&mutex);
  if (!is_open) is_open = open_core();
  if (is_open) return true;
  pthread_mutex_unlock(&mutex);
  fail(LW_CODE_OUT_OF_MEMORY, "there are no addresses for the loader's own memory");
  return false;
}

void host_leave(void) { pthread_mutex_unlock(&mutex); }

/* glibc hands a constructor what main gets; others do not. */
__attribute__((constructor(102))) static void keep_arguments(int argc, char **argv, char **envp) {
  extern char **environ;
#ifdef __GLIBC__
  host_argc = argc;
  host_argv = argv;
  host_envp = envp;
#else
  (void)argc, (void)argv, (void)envp;
  static char *none[] = {NULL};
  host_argv = none;
  host_envp = environ;
#endif
}

_Noreturn void lw_trap(const char *cause) {
  log_level = log_level > LW_LEVEL_ERROR ? log_level : LW_LEVEL_ERROR;
  log_say(LW_LEVEL_ERROR, "the loader made a mistake of its own, and stops: %s", cause);
  abort();
}
