/* Destructors of thread-local objects. */
#pragma once

/* Runs those of this thread, newest first, where libc does not. */
void destructors_run(void);

/* What modules know as __cxa_thread_atexit_impl. */
int destructors_add(void (*run)(void *), void *object, void *home);
