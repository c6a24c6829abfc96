/* The usual answers of a host whose modules live in its own memory, at the addresses it sees itself. Each is weak: what
 * the host defines takes its place. A host has to say for itself where memory and files come from. */
#include "linkwright.h"

#define WEAK __attribute__((weak))

/* ---- memory: any alignment, little-endian as all of the core's machines are ---- */

#define ACCESS(bits, number)                                              \
  WEAK number lw_memory_load##bits(uint64_t addr) {                       \
    uint##bits##_t value;                                                 \
    __builtin_memcpy(&value, (void *)(uintptr_t)addr, sizeof value);      \
    return value;                                                         \
  }                                                                       \
  WEAK void lw_memory_store##bits(uint64_t addr, number number_value) {   \
    uint##bits##_t value = (uint##bits##_t)number_value;                  \
    __builtin_memcpy((void *)(uintptr_t)addr, &value, sizeof value);      \
  }
ACCESS(8, uint32_t)
ACCESS(16, uint32_t)
ACCESS(32, uint32_t)
ACCESS(64, uint64_t)

WEAK void lw_memory_copy(uint64_t to, uint64_t from, uint64_t bytes) {
  __builtin_memmove((void *)(uintptr_t)to, (void *)(uintptr_t)from, (size_t)bytes);
}

/* ---- source: nothing to do when a file is no longer looked at ---- */

WEAK void lw_source_unview(uint32_t source, uint64_t addr, uint64_t bytes) { (void)source, (void)addr, (void)bytes; }

WEAK void lw_source_close(uint32_t source) { (void)source; }

/* ---- link: no library but those that are loaded, no symbol of the host's ---- */

WEAK int32_t lw_link_needed(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes) {
  (void)session, (void)from, (void)name, (void)name_bytes;
  return LW_ANSWER_REFUSED;
}

WEAK int32_t lw_link_resolve(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes) {
  (void)session, (void)from, (void)name, (void)name_bytes;
  return LW_ANSWER_REFUSED;
}

WEAK uint64_t lw_link_found_addr(void) { return LW_NONE; }

WEAK uint64_t lw_link_found_bytes(void) { return 0; }

/* ---- machine, log ---- */

WEAK int32_t lw_machine_call(uint32_t session, uint64_t addr, uint64_t a0, uint64_t a1, uint64_t a2) {
  (void)session;
  ((void (*)(uintptr_t, uintptr_t, uintptr_t))(uintptr_t)addr)((uintptr_t)a0, (uintptr_t)a1, (uintptr_t)a2);
  return LW_ANSWER_DONE;
}

WEAK void lw_log_event(uint32_t level, uint32_t code, uint64_t a, uint64_t b) { (void)level, (void)code, (void)a, (void)b; }
