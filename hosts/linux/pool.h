/* Memory of thread-local blocks. It comes from the system, not from malloc: a module that is loaded may be the process's malloc, and have
 * thread-local variables itself. Whoever calls these holds tls.c's lock. */
#pragma once
#include <stddef.h>

/* Null: there is none. What is in it is not zero. */
void *pool_take(size_t bytes, size_t align);

/* Gives back what was taken with the same sizes. */
void pool_give(void *at, size_t bytes, size_t align);
