/* Who looks something up takes no lock and writes to nobody else's memory. What is unloaded is out of sight first, and given back when every
 * thread that looked meanwhile has come back. The barrier that this takes is the unloading side's to pay (membarrier(2)). */
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host.h"

_Thread_local struct reader reader;
bool readers_fence = true;

static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER;
static struct reader *readers;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* No handler of this thread's may want the list while the thread has it. */
static void lock_list(sigset_t *signals) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, signals);
  pthread_mutex_lock(&list);
}

static void unlock_list(const sigset_t *signals) {
  pthread_mutex_unlock(&list);
  pthread_sigmask(SIG_SETMASK, signals, NULL);
}

void reader_end(void) {
  sigset_t signals;
  lock_list(&signals);
  for (struct reader **link = &readers; *link; link = &(*link)->next) {
    if (*link != &reader) continue;
    *link = (*link)->next;
    break;
  }
  reader.is_known = false;
  reader.is_gone = true;
  unlock_list(&signals);
}

static void gone(void *record) {
  (void)record;
  reader_end();
}

static void open_readers(void) {
  pthread_key_create(&key, gone);
  readers_fence = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) != 0;
}

void reader_register(void) {
  sigset_t signals;
  if (reader.is_gone) {
    if (host_enter()) ++reader.locked;
    return;
  }
  pthread_once(&once, open_readers);
  pthread_setspecific(key, &reader);
  lock_list(&signals);
  if (!reader.is_known) { // as a handler that came before may have made it
    reader.next = readers;
    readers = &reader;
    reader.is_known = true;
  }
  unlock_list(&signals);
}

void reader_end_gone(void) {
  if (reader.locked == 0) return;
  --reader.locked;
  host_leave();
}

void readers_pass(void) {
  // Handlers run while this one waits; one that looks something up is not to want the list.
  if (!reader.is_known && !reader.is_gone) reader_register();
  pthread_mutex_lock(&list);
  if (readers && !(readers == &reader && !reader.next)) {
    if (!readers_fence) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    else __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (struct reader *each = readers; each; each = each->next) {
      if (each == &reader) continue;
      while (__atomic_load_n(&each->depth, __ATOMIC_ACQUIRE)) sched_yield();
    }
  }
  pthread_mutex_unlock(&list);
}

void readers_forked(void) {
  list = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  readers = reader.is_known ? &reader : NULL;
  reader.next = NULL;
}
