/* Locks, and what is done once or at the end of a thread. Threads are whoever makes them: each tells when it begins and ends. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include "bare.h"

/* ---- a mutex is a word: free, held, held and waited for. futex(2) ---- */

enum { WAIT = 128, WAKE = 129 }; /* of this process only */

#ifdef SYS_futex
#define FUTEX SYS_futex
#else
#define FUTEX SYS_futex_time64
#endif

int pthread_mutex_lock(pthread_mutex_t *mutex) {
  int *word = (int *)mutex, was = 0;
  if (__atomic_compare_exchange_n(word, &was, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return 0;
  while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE)) system_call6(FUTEX, (long)word, WAIT, 2, 0, 0, 0);
  return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
  int *word = (int *)mutex;
  if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2) system_call6(FUTEX, (long)word, WAKE, 1, 0, 0, 0);
  return 0;
}

int pthread_once(pthread_once_t *once, void (*run)(void)) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  int *word = (int *)once;
  if (__atomic_load_n(word, __ATOMIC_ACQUIRE)) return 0;
  pthread_mutex_lock(&lock);
  if (!*word) {
    run();
    __atomic_store_n(word, 1, __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&lock);
  return 0;
}

/* Who makes a child calls nobody. */
int pthread_atfork(void (*before)(void), void (*parent)(void), void (*child)(void)) { return (void)before, (void)parent, (void)child, 0; }

/* ---- keys: as many as this library has ---- */

enum { KEYS = 4 };
static void (*ends[KEYS])(void *);
static unsigned key_count;
static _Thread_local const void *values[KEYS];

int pthread_key_create(pthread_key_t *key, void (*end)(void *)) {
  if (key_count == KEYS) return EAGAIN;
  ends[key_count] = end;
  *key = key_count++;
  return 0;
}

int pthread_setspecific(pthread_key_t key, const void *value) { return values[key] = value, 0; }

void keys_end(void) {
  for (unsigned i = 0; i < key_count; i++) {
    const void *value = values[i];
    values[i] = NULL;
    if (value && ends[i]) ends[i]((void *)value);
  }
}
