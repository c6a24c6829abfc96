/* What the core asks of the machine: thread-local storage, resolvers, functions that are bound when they are called. */
#define _GNU_SOURCE
#include "host.h"
#include "destructors.h"
#include "lazy.h"
#include "resolver.h"
#include "tls.h"
#include <string.h>

#define EACH_THREADS static _Thread_local __attribute__((tls_model("initial-exec")))

/* ---- resolvers: lookups ask them, too, which take no lock ---- */

EACH_THREADS uint64_t chosen;

int32_t lw_machine_choose(uint32_t session, uint64_t addr) {
  if (session && (guard_has_hit() || !image_settle_for(addr))) return LW_ANSWER_REFUSED;
  bool was_guarded = guard_pause();
  uintptr_t choice = resolver_call((uintptr_t)addr); /* which may bring others to be called meanwhile */
  guard_resume(was_guarded);
  chosen = choice;
  return LW_ANSWER_DONE;
}

uint64_t lw_machine_chosen(void) { return chosen; }

#ifndef LW_NO_LAZY
uint64_t lw_machine_lazy_entry(void) {
  vectors_measure();
  return (uintptr_t)lazy_entry;
}
#endif

#ifndef LW_NO_TLS

/* ---- blocks ---- */

int32_t lw_machine_tls_reserve(uint32_t session, uint32_t module, uint32_t machine, uint32_t bits, uint64_t image, uint64_t file_bytes,
                               uint64_t bytes, uint32_t align_log2, uint64_t skew) {
  (void)session, (void)machine, (void)bits;
  if (bytes > SIZE_MAX / 4 || align_log2 >= sizeof(size_t) * 8 - 2) return LW_ANSWER_REFUSED;
  size_t align = (size_t)1 << align_log2;
  struct tls_wish wish = {(uintptr_t)image, (size_t)file_bytes, (size_t)bytes, align, (size_t)skew & (align - 1)};
  return tls_reserve(module, &wish) ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}

uint64_t lw_machine_tls_number(uint32_t module) { return tls_number(module); }

uint64_t lw_machine_tls_offset(uint32_t module) {
  intptr_t offset = tls_offset(module);
  return offset == TLS_NOWHERE ? LW_NOWHERE : (uint64_t)(int64_t)offset;
}

int32_t lw_machine_tls_start(uint32_t session, uint32_t module) {
  (void)session;
  return tls_start(module) ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}

void lw_machine_tls_release(uint32_t module) { tls_release(module); }

/* ---- descriptors ---- */

/* arch/<machine>/: to be called by compiled code only. */
extern const char lw_tls_static[], lw_tls_dynamic[], lw_tls_absent[], lw_tls_get_addr[];
#if defined __i386__
extern const char lw_tls_get_addr_gnu[];
#elif defined __arm__
extern const char lw_tls_thread[];
#endif

static struct {
  uint64_t entry, argument;
} descriptor;

int32_t lw_machine_tls_descriptor(uint32_t session, uint32_t module, uint64_t offset) {
  enum { HALF_BITS = sizeof(uintptr_t) * 4 };
  (void)session;
  unsigned number = tls_number(module);
  uint64_t start = lw_machine_tls_offset(module);
  if (module == 0) {
    descriptor.entry = (uintptr_t)lw_tls_absent;
    descriptor.argument = offset;
  } else if (start != LW_NOWHERE) {
    descriptor.entry = (uintptr_t)lw_tls_static;
    descriptor.argument = start + offset;
  } else {
    if (number == 0 || offset >> HALF_BITS) return LW_ANSWER_REFUSED;
    vectors_measure();
    descriptor.entry = (uintptr_t)lw_tls_dynamic;
    descriptor.argument = (uint64_t)number << HALF_BITS | offset;
  }
  return LW_ANSWER_DONE;
}

uint64_t lw_machine_tls_entry(void) { return descriptor.entry; }
uint64_t lw_machine_tls_argument(void) { return descriptor.argument; }

/* ---- names that modules are bound to here, whoever else defines them ---- */

static const struct {
  const char *name;
  const void *at;
} own[] = {
  {"__tls_get_addr", lw_tls_get_addr},
#if defined __i386__
  {"___tls_get_addr", lw_tls_get_addr_gnu},
#elif defined __arm__
  {"__aeabi_read_tp", lw_tls_thread},
#endif
  /* What C++ calls, of its library, which hands it on to the other, of the C library. */
  {"__cxa_thread_atexit", (const void *)destructors_add},
  {"__cxa_thread_atexit_impl", (const void *)destructors_add},
};

void *tls_symbol(const char *name) {
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    if (strcmp(own[i].name, name) == 0) return (void *)(uintptr_t)own[i].at;
  }
  return NULL;
}

#endif
