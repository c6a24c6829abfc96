/* Who looks something up takes no lock and writes to nobody else's memory. What is unloaded is out of sight first, and given back when every
 * thread that looked meanwhile has come back. The barrier that this takes is the unloading side's to pay (membarrier(2)). */
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host.h"

_Thread_local struct reader reader;
bool readers_fence = true;

static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER;
static struct reader *readers;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The thread goes, and its record with it. */
static void gone(void *record) {
  pthread_mutex_lock(&list);
  for (struct reader **link = &readers; *link; link = &(*link)->next) {
    if (*link != record) continue;
    *link = (*link)->next;
    break;
  }
  pthread_mutex_unlock(&list);
  ((struct reader *)record)->is_known = false;
}

static void open_readers(void) {
  pthread_key_create(&key, gone);
  readers_fence = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) != 0;
}

void reader_register(void) {
  pthread_once(&once, open_readers);
  pthread_setspecific(key, &reader);
  pthread_mutex_lock(&list);
  reader.next = readers;
  readers = &reader;
  reader.is_known = true;
  pthread_mutex_unlock(&list);
}

void readers_pass(void) {
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
