/* The process's threads, as libc makes and ends them. */
#pragma once
#include <signal.h>

/* The lock of what is known of threads. Signals wait meanwhile: what handles one may touch a block for the first time. */
void threads_lock(sigset_t *signals);
void threads_unlock(const sigset_t *signals);

/* Has tls_thread_end() called when this thread ends, behind all other destructors. */
void threads_watch(void);
