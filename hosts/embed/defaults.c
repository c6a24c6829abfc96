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

/* ---- link: no library but those that are loaded, no symbol of the host's, nothing to say about the others ---- */

WEAK void lw_link_search(uint32_t session, uint32_t origin, uint64_t text, uint32_t text_bytes, uint32_t rank) {
  (void)session, (void)origin, (void)text, (void)text_bytes, (void)rank;
}

WEAK int32_t lw_link_needed(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes) {
  (void)session, (void)from, (void)name, (void)name_bytes;
  return LW_ANSWER_REFUSED;
}

WEAK int32_t lw_link_member(uint32_t session, uint32_t archive, uint64_t name, uint32_t name_bytes) {
  (void)session, (void)archive, (void)name, (void)name_bytes;
  return LW_ANSWER_REFUSED;
}

WEAK int32_t lw_link_before(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes, uint64_t version,
                            uint32_t version_bytes) {
  (void)session, (void)from, (void)name, (void)name_bytes, (void)version, (void)version_bytes;
  return LW_ANSWER_REFUSED;
}

WEAK int32_t lw_link_resolve(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes, uint64_t version,
                             uint32_t version_bytes) {
  (void)session, (void)from, (void)name, (void)name_bytes, (void)version, (void)version_bytes;
  return LW_ANSWER_REFUSED;
}

WEAK int32_t lw_link_intercept(uint32_t module, uint64_t name, uint32_t name_bytes, uint32_t type, uint64_t place,
                               uint32_t owner, uint64_t value) {
  (void)module, (void)name, (void)name_bytes, (void)type, (void)place, (void)owner, (void)value;
  return LW_ANSWER_REFUSED;
}

WEAK uint64_t lw_link_found_addr(void) { return LW_NONE; }

WEAK uint64_t lw_link_found_bytes(void) { return 0; }

WEAK uint32_t lw_link_found_type(void) { return 0; }

/* ---- machine, log ---- */

WEAK int32_t lw_machine_call(uint32_t session, uint64_t addr, uint64_t a0, uint64_t a1, uint64_t a2) {
  (void)session;
  ((void (*)(uintptr_t, uintptr_t, uintptr_t))(uintptr_t)addr)((uintptr_t)a0, (uintptr_t)a1, (uintptr_t)a2);
  return LW_ANSWER_DONE;
}

/* Resolvers want to know the processor, and a lazily bound function wants a stub in assembly: only a host has those. */
WEAK int32_t lw_machine_choose(uint32_t session, uint64_t addr) { return (void)session, (void)addr, LW_ANSWER_REFUSED; }

WEAK uint64_t lw_machine_chosen(void) { return LW_NONE; }

WEAK uint64_t lw_machine_lazy_entry(void) { return LW_REFUSED; }

/* No thread-local storage: where threads are the host's, so are their blocks. */
WEAK int32_t lw_machine_tls_reserve(uint32_t session, uint32_t module, uint32_t machine, uint32_t bits, uint64_t image,
                                    uint64_t file_bytes, uint64_t bytes, uint32_t align_log2, uint64_t skew) {
  (void)session, (void)module, (void)machine, (void)bits, (void)image, (void)file_bytes, (void)bytes, (void)align_log2, (void)skew;
  return LW_ANSWER_REFUSED;
}

WEAK uint64_t lw_machine_tls_number(uint32_t module) { return (void)module, 0; }

WEAK uint64_t lw_machine_tls_offset(uint32_t module) { return (void)module, LW_NOWHERE; }

WEAK int32_t lw_machine_tls_descriptor(uint32_t session, uint32_t module, uint64_t offset) {
  return (void)session, (void)module, (void)offset, LW_ANSWER_REFUSED;
}

WEAK uint64_t lw_machine_tls_entry(void) { return LW_NONE; }

WEAK uint64_t lw_machine_tls_argument(void) { return 0; }

WEAK int32_t lw_machine_tls_start(uint32_t session, uint32_t module) { return (void)session, (void)module, LW_ANSWER_DONE; }

WEAK void lw_machine_tls_release(uint32_t module) { (void)module; }

WEAK void lw_log_event(uint32_t level, uint32_t code, uint64_t a, uint64_t b) { (void)level, (void)code, (void)a, (void)b; }
