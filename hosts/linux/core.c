/* The core in a Linux process. Its imports are defined here, in front of it and in one translation unit with it, so that the compiler sees
 * through them. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "any.h"
#include "hash.h"
#include "host.h"
#include "tls.h"
#include "names.h"
#include "runtime.h"

/* ---- memory ---- */

INLINE uint32_t lw_memory_page_bytes(void) { return (uint32_t)page_bytes; }
uint64_t lw_memory_reserve(uint64_t bytes, uint32_t align_log2, uint32_t source, uint64_t exact, uint64_t highest, uint32_t region) {
  return region ? LW_REFUSED : image_reserve(file_at(source), bytes, align_log2, exact, highest);
}
void lw_memory_release(uint64_t addr, uint64_t bytes) { image_release(addr, bytes); }
int32_t lw_memory_place(uint32_t session, uint64_t addr, uint32_t source, uint64_t offset, uint64_t file_bytes, uint64_t mem_bytes, uint32_t flags) {
  (void)session;
  return image_place(file_at(source), addr, offset, file_bytes, mem_bytes, flags) ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}
int32_t lw_memory_protect(uint32_t session, uint64_t addr, uint64_t bytes, uint32_t flags) {
  (void)session;
  return image_protect(addr, bytes, flags) ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}
int32_t lw_memory_sync_code(uint32_t session, uint64_t addr, uint64_t bytes) {
  (void)session;
  image_sync(addr, bytes);
  return guard_ask() ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}

INLINE uint32_t lw_memory_load8(uint64_t addr) { return AT(unsigned char, addr); }
INLINE uint32_t lw_memory_load16(uint64_t addr) { return LOAD(16, addr); }
INLINE uint32_t lw_memory_load32(uint64_t addr) { return LOAD(32, addr); }
INLINE uint64_t lw_memory_load64(uint64_t addr) { return LOAD(64, addr); }
INLINE void lw_memory_store16(uint64_t addr, uint32_t value) { STORE(16, addr, (uint16_t)value); }
INLINE void lw_memory_store32(uint64_t addr, uint32_t value) { STORE(32, addr, value); }
INLINE void lw_memory_store64(uint64_t addr, uint64_t value) { STORE(64, addr, value); }
INLINE void lw_memory_copy(uint64_t to, uint64_t from, uint64_t bytes) { memmove(at(to), at(from), bytes); }

/* ---- link: search_told and what link.c says ---- */

void lw_link_search(uint32_t session, uint32_t origin, uint64_t text, uint32_t text_bytes, uint32_t rank) {
  search_told(session, origin, at(text), text_bytes, rank);
}

/* ---- machine: what is called runs outside of the guard, and nothing of a file that got shorter runs ---- */

int32_t lw_machine_call(uint32_t session, uint64_t addr, uint64_t a0, uint64_t a1, uint64_t a2) {
  (void)session;
  LOG(LW_LEVEL_TRACE, "%#llx is called", (unsigned long long)addr);
  if (guard_has_hit() || image_is_refused()) return LW_ANSWER_REFUSED;
  bool was_guarded = guard_pause();
  ((void (*)(uintptr_t, uintptr_t, uintptr_t))(uintptr_t)addr)((uintptr_t)a0, (uintptr_t)a1, (uintptr_t)a2);
  guard_resume(was_guarded);
  return LW_ANSWER_DONE;
}

/* What a fault raises is not kept off: blocked, it would end the process, and one of a file that gets shorter is ours (guard.c). A load calls
 * this twice, and an unload, if it changes what all find; so the kernel's own record of signals is at hand, and it is asked directly. */
enum { KERNEL_BYTES = 8 };
#define SIGNAL(number) (UINT64_C(1) << ((number) - 1))
static const uint64_t held = ~(SIGNAL(SIGBUS) | SIGNAL(SIGSEGV) | SIGNAL(SIGFPE) | SIGNAL(SIGILL) | SIGNAL(SIGTRAP));
static uint64_t let;

void lw_machine_hold_signals(void) {
  image_settle(); /* what everybody finds has its permissions; if it can't have them, image_is_refused() keeps it from being called */
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, &held, &let, KERNEL_BYTES);
}
void lw_machine_let_signals(void) { syscall(SYS_rt_sigprocmask, SIG_SETMASK, &let, NULL, KERNEL_BYTES); }

void lw_machine_fence(void) {
  atomic_thread_fence(memory_order_acq_rel);
  __asm__ volatile("" ::: "memory");
}

/* ---- log ---- */

INLINE void lw_log_event(uint32_t level, uint32_t code, uint64_t a, uint64_t b) {
  if (code == LW_EVENT_PUBLISHED) image_settle(); /* nothing is told of before it has its permissions */
  if (code != LW_EVENT_STAGE && on_module) on_module(code, (uint32_t)a);
  if (code == LW_EVENT_STAGE && b == LW_STAGE_FINI) guard_ending();
#ifdef LW_NO_LOG
  (void)level, (void)b;
#else
  if (__builtin_expect((int)level <= log_level, 0)) lw_log_told(level, code, a, b);
#endif
}

/* start.c sets it before the core is opened, and never again. */
extern uint8_t *const core_memory __attribute__((visibility("hidden")));

#include "../embed/library.c"

/* ---- the lookup that is asked for most, where the compiler sees through the core (scripts/linux.ts has its function inlined) ---- */

static void *answer_of(lw_module module, const char *name, uint32_t bytes, uint64_t addr) {
  if (addr < LW_BEHIND) return at(addr);
  if (addr != LW_NONE) return lw_symbol_version(module, name, NULL);
  return fail_missing_plain(module, name, bytes), NULL;
}

static __attribute__((noinline)) void *symbol_behind(lw_module module, const char *name, struct hashed hashed) {
  read_begin();
  uint64_t addr = core_locate(module, addr_of(name), hashed.bytes, hashed.hash, true);
  read_end();
  return answer_of(module, name, hashed.bytes, addr);
}

/* For a thread that is to be made known first, and where beginning takes a fence. */
static __attribute__((noinline)) void *symbol_slowly(lw_module module, const char *name) {
  if (!name) return lw_symbol_version(module, name, NULL);
  struct hashed hashed = hash_of(name);
  read_begin();
  uint64_t addr = core_locate(module, addr_of(name), hashed.bytes, hashed.hash, false);
  read_end();
  return addr == LW_BEHIND ? symbol_behind(module, name, hashed) : answer_of(module, name, hashed.bytes, addr);
}

/* Whatever is called is called last, so that nothing is kept for it. */
PUBLIC void *lw_symbol(lw_module module, const char *name) {
  if (__builtin_expect(!name || !reader_is_ready(), 0)) return symbol_slowly(module, name);
  struct hashed hashed = hash_of(name);
  read_begin_ready();
  uint64_t addr = w2c_core_lw_locate_0(&core, module, addr_of(name), hashed.bytes, hashed.hash, false);
  read_end_ready();
  if (__builtin_expect(addr == LW_BEHIND, 0)) return symbol_behind(module, name, hashed);
  return answer_of(module, name, hashed.bytes, addr);
}
