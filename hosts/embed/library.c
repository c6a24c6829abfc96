/* The core as a C library: wasm2c's output, whose imports are the functions that linkwright.h declares for the host to
 * implement, and whose exports are the functions that it declares for the host to call.
 *
 * Compiled by itself it makes liblinkwright.a. A host that wants the imports inlined into the core defines them in a
 * translation unit that includes this file: see hosts/baremetal/core.c. */
#include "linkwright.h"
#include "runtime.h"
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-function"
#pragma clang diagnostic ignored "-Wunused-parameter"
#pragma clang diagnostic ignored "-Wunused-variable"
#pragma clang diagnostic ignored "-Wunused-but-set-variable"
#if defined LW_THREADS && __GCC_ATOMIC_LLONG_LOCK_FREE < 2
/* No instruction takes 64 bits at once, and what the compiler calls instead takes a lock. Half of what was and half of what is does no
 * harm: readers look at the generation behind all that they read. */
#pragma clang diagnostic ignored "-Watomic-alignment"
#include <stdatomic.h>
#undef atomic_load_explicit
#undef atomic_store_explicit
#define WHOLE(at) (sizeof *(at) <= sizeof(void *))
#define PLAIN(at) (*(volatile __typeof__(__c11_atomic_load(at, __ATOMIC_RELAXED)) *)(at))
#define atomic_load_explicit(at, order) (WHOLE(at) ? __c11_atomic_load(at, order) : PLAIN(at))
#define atomic_store_explicit(at, value, order) (WHOLE(at) ? __c11_atomic_store(at, value, order) : (void)(PLAIN(at) = (value)))
#endif
#include "core.c"
#pragma clang diagnostic pop

/* The one instance. */
static w2c_core core;

/* ---- imports: wasm2c passes the module it thinks of as an instance; here there is one of each ---- */

#define HOST(module) struct w2c_##module *module __attribute__((unused))

u32 w2c_memory_page_bytes(HOST(memory)) { return lw_memory_page_bytes(); }
u64 w2c_memory_reserve(HOST(memory), u64 bytes, u32 align_log2, u32 source_number, u64 exact, u64 highest, u32 region) {
  return lw_memory_reserve(bytes, align_log2, source_number, exact, highest, region);
}
void w2c_memory_release(HOST(memory), u64 addr, u64 bytes) { lw_memory_release(addr, bytes); }
u32 w2c_memory_place(HOST(memory), u32 session, u64 addr, u32 source, u64 offset, u64 file_bytes, u64 mem_bytes, u32 prot) {
  return (u32)lw_memory_place(session, addr, source, offset, file_bytes, mem_bytes, prot);
}
u32 w2c_memory_protect(HOST(memory), u32 session, u64 addr, u64 bytes, u32 prot) {
  return (u32)lw_memory_protect(session, addr, bytes, prot);
}
u32 w2c_memory_sync_code(HOST(memory), u32 session, u64 addr, u64 bytes) {
  return (u32)lw_memory_sync_code(session, addr, bytes);
}
u32 w2c_memory_load8(HOST(memory), u64 addr) { return lw_memory_load8(addr); }
u32 w2c_memory_load16(HOST(memory), u64 addr) { return lw_memory_load16(addr); }
u32 w2c_memory_load32(HOST(memory), u64 addr) { return lw_memory_load32(addr); }
u64 w2c_memory_load64(HOST(memory), u64 addr) { return lw_memory_load64(addr); }
void w2c_memory_store16(HOST(memory), u64 addr, u32 value) { lw_memory_store16(addr, value); }
void w2c_memory_store32(HOST(memory), u64 addr, u32 value) { lw_memory_store32(addr, value); }
void w2c_memory_store64(HOST(memory), u64 addr, u64 value) { lw_memory_store64(addr, value); }
void w2c_memory_copy(HOST(memory), u64 to, u64 from, u64 bytes) { lw_memory_copy(to, from, bytes); }

u64 w2c_source_bytes(HOST(source), u32 number) { return lw_source_bytes(number); }
u64 w2c_source_view(HOST(source), u32 session, u32 number, u64 offset, u64 bytes) {
  return lw_source_view(session, number, offset, bytes);
}
void w2c_source_unview(HOST(source), u32 number, u64 addr, u64 bytes) { lw_source_unview(number, addr, bytes); }
#ifdef LW_ADOPT
u64 w2c_source_placed(HOST(source), u32 number) { return lw_source_placed(number); }
#endif
void w2c_source_close(HOST(source), u32 number) { lw_source_close(number); }

void w2c_link_search(HOST(link), u32 session, u32 origin, u64 text, u32 text_bytes, u32 rank) {
  lw_link_search(session, origin, text, text_bytes, rank);
}
u32 w2c_link_needed(HOST(link), u32 session, u32 from, u64 name, u32 name_bytes) {
  return (u32)lw_link_needed(session, from, name, name_bytes);
}
u32 w2c_link_member(HOST(link), u32 session, u32 archive, u64 name, u32 name_bytes) {
  return (u32)lw_link_member(session, archive, name, name_bytes);
}
u32 w2c_link_before(HOST(link), u32 session, u32 from, u64 name, u32 name_bytes, u64 version, u32 version_bytes) {
  return (u32)lw_link_before(session, from, name, name_bytes, version, version_bytes);
}
u32 w2c_link_resolve(HOST(link), u32 session, u32 from, u64 name, u32 name_bytes, u64 version, u32 version_bytes) {
  return (u32)lw_link_resolve(session, from, name, name_bytes, version, version_bytes);
}
u32 w2c_link_intercept(HOST(link), u32 module, u64 name, u32 name_bytes, u32 type, u64 place, u32 owner, u64 value) {
  return (u32)lw_link_intercept(module, name, name_bytes, type, place, owner, value);
}
u64 w2c_link_found_addr(HOST(link)) { return lw_link_found_addr(); }
u64 w2c_link_found_bytes(HOST(link)) { return lw_link_found_bytes(); }
u32 w2c_link_found_type(HOST(link)) { return lw_link_found_type(); }

u32 w2c_machine_call(HOST(machine), u32 session, u64 addr, u64 a0, u64 a1, u64 a2) {
  return (u32)lw_machine_call(session, addr, a0, a1, a2);
}
u32 w2c_machine_choose(HOST(machine), u32 session, u64 addr) { return (u32)lw_machine_choose(session, addr); }
u64 w2c_machine_chosen(HOST(machine)) { return lw_machine_chosen(); }
#ifndef LW_NO_LAZY
u64 w2c_machine_lazy_entry(HOST(machine)) { return lw_machine_lazy_entry(); }
#endif
#ifndef LW_NO_TLS
u32 w2c_machine_tls_reserve(HOST(machine), u32 session, u32 module, u32 em, u32 bits, u64 image, u64 file_bytes, u64 bytes,
                            u32 align_log2, u64 skew) {
  return (u32)lw_machine_tls_reserve(session, module, em, bits, image, file_bytes, bytes, align_log2, skew);
}
u64 w2c_machine_tls_number(HOST(machine), u32 module) { return lw_machine_tls_number(module); }
u64 w2c_machine_tls_offset(HOST(machine), u32 module) { return lw_machine_tls_offset(module); }
u32 w2c_machine_tls_descriptor(HOST(machine), u32 session, u32 module, u64 offset) {
  return (u32)lw_machine_tls_descriptor(session, module, offset);
}
u64 w2c_machine_tls_entry(HOST(machine)) { return lw_machine_tls_entry(); }
u64 w2c_machine_tls_argument(HOST(machine)) { return lw_machine_tls_argument(); }
u32 w2c_machine_tls_start(HOST(machine), u32 session, u32 module) { return (u32)lw_machine_tls_start(session, module); }
void w2c_machine_tls_release(HOST(machine), u32 module) { lw_machine_tls_release(module); }
#endif
#ifdef LW_THREADS
void w2c_machine_fence(HOST(machine)) { lw_machine_fence(); }
void w2c_machine_hold_signals(HOST(machine)) { lw_machine_hold_signals(); }
void w2c_machine_let_signals(HOST(machine)) { lw_machine_let_signals(); }
#endif

void w2c_log_event(HOST(log), u32 level, u32 code, u64 a, u64 b) { lw_log_event(level, code, a, b); }

/* ---- exports ---- */

/* The core's constants alone want LW_START_BYTES: with less, it could not even say that it is too little. */
int32_t lw_start(void *memory, size_t bytes) {
  // Its words are aligned by their distance from the beginning.
  size_t skipped = -(uintptr_t)memory % 16;
  if (bytes < skipped || bytes - skipped < LW_START_BYTES) return LW_CODE_OUT_OF_MEMORY;
  bytes -= skipped;
  if (bytes > UINT32_MAX) bytes = UINT32_MAX;
  runtime_buffer((char *)memory + skipped, bytes);
  wasm2c_core_instantiate(&core, 0, 0, 0, 0, 0);
  return lw_open((uint32_t)bytes);
}

int32_t lw_open(uint32_t limit_bytes) { return (int32_t)w2c_core_lw_open(&core, limit_bytes); }
uint32_t lw_context(uint64_t argc, uint64_t argv, uint64_t envp) { return w2c_core_lw_context(&core, argc, argv, envp); }
uint32_t lw_inspect(uint32_t source) { return w2c_core_lw_inspect(&core, source); }
uint32_t lw_load(uint32_t context, uint32_t source, uint32_t flags) {
  return w2c_core_lw_load(&core, context, source, flags);
}
int32_t lw_add(uint32_t session, uint32_t source) { return (int32_t)w2c_core_lw_add(&core, session, source); }

int32_t lw_region(uint32_t context, uint32_t number, uint32_t prot, uint32_t rules, uint64_t name, uint32_t name_bytes) {
  return (int32_t)w2c_core_lw_region(&core, context, number, prot, rules, name, name_bytes);
}

uint32_t lw_load_image(uint32_t context, uint32_t image, uint32_t flags) {
  return w2c_core_lw_load_image(&core, context, image, flags);
}
uint32_t lw_unload(uint32_t module) { return w2c_core_lw_unload(&core, module); }
int32_t lw_advance(uint32_t session) { return (int32_t)w2c_core_lw_advance(&core, session); }
uint32_t lw_result(uint32_t session) { return w2c_core_lw_result(&core, session); }
int32_t lw_close(uint32_t handle) { return (int32_t)w2c_core_lw_close(&core, handle); }
int32_t lw_retain(uint32_t module) { return (int32_t)w2c_core_lw_retain(&core, module); }
int32_t lw_policy(uint32_t context, uint32_t policy) { return (int32_t)w2c_core_lw_policy(&core, context, policy); }
uint64_t lw_find(uint32_t handle, uint64_t name, uint32_t name_bytes, uint64_t version, uint32_t version_bytes) {
  return w2c_core_lw_find(&core, handle, name, name_bytes, version, version_bytes);
}
uint64_t lw_locate(uint32_t handle, uint64_t name, uint32_t name_bytes, uint32_t hash, uint32_t is_behind) {
  return w2c_core_lw_locate(&core, handle, name, name_bytes, hash, is_behind);
}
uint64_t lw_next(uint32_t module, uint64_t name, uint32_t name_bytes, uint64_t version, uint32_t version_bytes) {
  return w2c_core_lw_next(&core, module, name, name_bytes, version, version_bytes);
}
uint64_t lw_bind(uint32_t module, uint32_t slot, uint32_t is_locked) {
  return w2c_core_lw_bind(&core, module, slot, is_locked);
}
uint32_t lw_patch(uint32_t module, uint64_t name, uint32_t name_bytes, uint64_t addr) {
  return w2c_core_lw_patch(&core, module, name, name_bytes, addr);
}
#ifdef LW_THREADS
void lw_reclaim(void) { w2c_core_lw_reclaim(&core); }
#endif
uint64_t lw_symbol_at(uint32_t context, uint64_t addr) { return w2c_core_lw_symbol_at(&core, context, addr); }
uint32_t lw_at(uint32_t context, uint64_t addr) { return w2c_core_lw_at(&core, context, addr); }
uint64_t lw_value(uint32_t handle, uint32_t field) { return w2c_core_lw_value(&core, handle, field); }
uint32_t lw_count(uint32_t handle, uint32_t list) { return w2c_core_lw_count(&core, handle, list); }
uint64_t lw_entry(uint32_t handle, uint32_t list, uint32_t index, uint32_t field) {
  return w2c_core_lw_entry(&core, handle, list, index, field);
}
