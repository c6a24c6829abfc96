/* Thread-local storage of a process: blocks of modules in all of its threads.
 *
 * A block lies in a reserve that every thread has at one offset from its thread pointer (initial-exec; descriptors), or is made when a
 * thread touches it for the first time. What changes blocks is called by one thread at a time, as the core is; the rest by any. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLS_NOWHERE INTPTR_MIN

#ifndef LW_NO_TLS

/* ---- modules: what the core asks (machine.c) ---- */

/* A thread-local block, as a module asks for it: `bytes` at an address that leaves `skew` modulo `align`, of which the first come from
 * `image` and the rest are zero. */
struct tls_wish {
  uintptr_t image;
  size_t file_bytes, bytes, align, skew;
};

/* Gives a module a number. false: there is none left. */
bool tls_reserve(uint32_t module, const struct tls_wish *wish);

/* The image is relocated: initialises what threads have. false: the process's memory could not be changed. */
bool tls_start(uint32_t module);

/* Takes the block away, in all threads. */
void tls_release(uint32_t module);

/* The number of a module's block; 0 if it has none. Of what ld.so loaded it is ld.so's, as a rule. */
unsigned tls_number(uint32_t module);

/* The block's offset from every thread's thread pointer; from now on it has one, if there is room. TLS_NOWHERE: it has none. */
intptr_t tls_offset(uint32_t module);

/* ---- blocks of the thread that asks ---- */

/* Where this thread's block is; makes it if need be. Null: the module has none. */
void *tls_address(uint32_t module);

/* The same, but null if this thread did not touch it yet. */
void *tls_peek(uint32_t module);

/* The thread pointer. */
void *tls_thread(void);

/* What modules are bound to by name, whoever else defines it: __tls_get_addr and the like. Null: any other name. */
void *tls_symbol(const char *name);

/* ---- threads ---- */

/* This thread begins, and ends: its reserve is initialised, its blocks are given back. Threads that were made by pthread_create or
 * thrd_create do so by themselves. `is_fresh`: it has run nothing yet. */
void tls_thread_begin(bool is_fresh);
void tls_thread_end(void);

/* Around fork, in this order: within whatever lock the host holds for the core. */
void tls_before_fork(void);
void tls_after_fork(bool is_child);

/* How many thread-local objects of a module wait for the end of their threads; each keeps the module loaded. */
unsigned tls_destructors(uint32_t module);

#else

/* No module has any: one that does is not loaded. */
static inline unsigned tls_number(uint32_t module) { return (void)module, 0; }
static inline void *tls_address(uint32_t module) { return (void)module, NULL; }
static inline void *tls_peek(uint32_t module) { return (void)module, NULL; }
static inline void *tls_symbol(const char *name) { return (void)name, NULL; }
static inline unsigned tls_destructors(uint32_t module) { return (void)module, 0; }
static inline void tls_before_fork(void) {}
static inline void tls_after_fork(bool is_child) { (void)is_child; }

#endif

/* ---- what the rest of the host gives ---- */

/* The module that an address is in; 0 if none of ours. */
uint32_t host_module_at(const void *address);

/* Keeps a module, until host_release(). */
bool host_retain(uint32_t module);
void host_release(uint32_t module);

/* What ld.so calls the block of a module that it loaded, and how far it is from this thread's thread pointer, TLS_NOWHERE if there is none
 * yet. false: another module. */
bool adopted_tls(uint32_t module, size_t *number, intptr_t *offset);

/* The next definition of a function behind this library: what it would be without. Null: there is none. */
void *host_next(const char *name);

/* The same of a function that is declared, looked up once; null if it has none. */
#define SYSTEM(function) ({ \
  static _Atomic(__typeof(&function)) known; \
  __typeof(&function) it = known; \
  if (!it) known = it = (__typeof(&function))host_next(#function); \
  it; \
})
