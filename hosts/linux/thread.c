#define _GNU_SOURCE
#include "thread.h"
#ifdef LW_SYSCALLS
#include "bare.h"
#endif
#include "destructors.h"
#include "host.h"
#include "include/linkwright.h"
#include "pool.h"
#include "tls.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <threads.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void threads_lock(sigset_t *signals) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, signals);
  pthread_mutex_lock(&lock);
}

void threads_unlock(const sigset_t *signals) {
  pthread_mutex_unlock(&lock);
  pthread_sigmask(SIG_SETMASK, signals, NULL);
}

/* ---- what somebody tells: of all threads, if the library is built so (LW_TOLD_THREADS) ---- */

PUBLIC void lw_thread_begin(void) { tls_thread_begin(true); }
PUBLIC void lw_thread_end(void) {
  destructors_run();
#ifdef LW_SYSCALLS
  keys_end();
#endif
  reader_end();
  tls_thread_end();
}

#ifdef LW_TOLD_THREADS

void threads_watch(void) {}

#else

/* ---- the end of a thread ---- */

static pthread_key_t key;
static bool has_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Keys' destructors run in rounds as long as there are values; those of others may touch blocks, so this one waits for the last round. */
static void end(void *round) {
  destructors_run();
  if ((uintptr_t)round < PTHREAD_DESTRUCTOR_ITERATIONS && pthread_setspecific(key, (void *)((uintptr_t)round + 1)) == 0) return;
  reader_end(); // it may have looked something up for the first time in this round
  tls_thread_end();
}

static void make_key(void) { has_key = pthread_key_create(&key, end) == 0; }

void threads_watch(void) {
  pthread_once(&once, make_key);
  if (has_key) pthread_setspecific(key, (void *)1);
}

/* ---- the beginning: libc's functions, with a function before the caller's ---- */

struct start {
  union {
    void *(*posix)(void *);
    int (*c)(void *);
  } run;
  void *argument;
};

static struct start *start_new(struct start value) {
  sigset_t signals;
  threads_lock(&signals);
  struct start *start = pool_take(sizeof *start, _Alignof(struct start));
  threads_unlock(&signals);
  if (start) *start = value;
  return start;
}

static struct start start_drop(struct start *start) {
  sigset_t signals;
  struct start value = *start;
  threads_lock(&signals);
  pool_give(start, sizeof *start, _Alignof(struct start));
  threads_unlock(&signals);
  return value;
}

static void *begin_posix(void *data) {
  struct start start = start_drop(data);
  tls_thread_begin(true);
  return start.run.posix(start.argument);
}

static int begin_c(void *data) {
  struct start start = start_drop(data);
  tls_thread_begin(true);
  return start.run.c(start.argument);
}

/* What makes a thread: libc's own, which this library's stand in front of. Where there is no linker to find it, in a program that libc is
 * part of, it has another name. */
typedef int posix_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
typedef int c_create(thrd_t *, thrd_start_t, void *);

#ifdef __GLIBC__
extern posix_create __pthread_create __attribute__((weak));
#if __GLIBC_PREREQ(2, 34)
/* It calls that one, so that a static program has it, and is in the one library where there are shared ones. */
__attribute__((used)) static const void *const brings = (const void *)timer_create;
#endif
#else
extern posix_create __pthread_create;
#endif

static posix_create *next_posix(void) {
  posix_create *next = SYSTEM(pthread_create);
  return next ? next : __pthread_create;
}

/* Their way to tell that the function is C's. */
static int create_c(thrd_t *thread, thrd_start_t run, void *argument) {
  const void *is_c = (const void *)UINTPTR_MAX;
  posix_create *next = next_posix();
  int error = next ? next(thread, is_c, (void *(*)(void *))(uintptr_t)run, argument) : ENOSYS;
  return error == 0 ? thrd_success : error == EAGAIN ? thrd_nomem : thrd_error;
}

static c_create *next_c(void) {
  c_create *next = SYSTEM(thrd_create);
  return next ? next : create_c;
}

PUBLIC int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
  posix_create *next = next_posix();
  if (!next) return ENOSYS;
  struct start *start = start_new((struct start){{.posix = run}, argument});
  if (!start) return EAGAIN;
  int error = next(thread, attributes, begin_posix, start);
  if (error) start_drop(start);
  return error;
}

PUBLIC int thrd_create(thrd_t *thread, thrd_start_t run, void *argument) {
  c_create *next = next_c();
  struct start *start = start_new((struct start){{.c = run}, argument});
  if (!start) return thrd_nomem;
  int error = next(thread, begin_c, start);
  if (error != thrd_success) start_drop(start);
  return error;
}

#endif

__attribute__((constructor)) static void begin(void) { tls_thread_begin(false); }
