/* A kernel that embeds Linkwright: it lends the core some memory, shows it a file, and calls a function of the module.
 * All it needs is linkwright.h and liblinkwright.a; the array `ram` is where modules live. */
#include "linkwright.h"
#include "machine.h"

enum { PAGE = 4096, RAM_BYTES = 1 << 20, CORE_BYTES = 32 << 10, FILE_BYTES = 1 << 20, SOURCE = 1 };

static unsigned char ram[RAM_BYTES] __attribute__((aligned(1 << 16))), core_memory[CORE_BYTES] __attribute__((aligned(16)));
static uint64_t used;

/* ---- what the core asks of its host: memory. This kernel has no page tables, so permissions are only acknowledged. ---- */

uint32_t lw_memory_page_bytes(void) { return PAGE; }

uint64_t lw_memory_reserve(uint64_t bytes, uint32_t align_log2, uint32_t region, uint64_t exact) {
  if (region != 0 || exact != LW_NONE || align_log2 > 16) return LW_REFUSED;
  uint64_t align = (uint64_t)1 << align_log2, start = (used + align - 1) & ~(align - 1);
  if (start > RAM_BYTES || bytes > RAM_BYTES - start) return LW_REFUSED;
  lw_memory_fill((uintptr_t)ram + start, 0, bytes);
  used = start + bytes;
  return (uintptr_t)ram + start;
}

/* The last reservation goes first, as modules are unloaded after those that need them. */
void lw_memory_release(uint64_t addr, uint64_t bytes) {
  if (addr + bytes == (uintptr_t)ram + used) used -= bytes;
}

int32_t lw_memory_place(uint32_t session, uint64_t addr, uint32_t source, uint64_t offset, uint64_t file_bytes,
                        uint64_t mem_bytes, uint32_t prot) {
  (void)session, (void)source, (void)mem_bytes, (void)prot;
  lw_memory_copy(addr, MODULE_FILE + offset, file_bytes);
  return LW_ANSWER_DONE;
}

int32_t lw_memory_protect(uint32_t session, uint64_t addr, uint64_t bytes, uint32_t prot) {
  return (void)session, (void)addr, (void)bytes, (void)prot, LW_ANSWER_DONE;
}

int32_t lw_memory_sync_code(uint32_t session, uint64_t addr, uint64_t bytes) {
  return (void)session, (void)addr, (void)bytes, fetch_again(), LW_ANSWER_DONE;
}

#define WORDS(bits, value_type)                                                                                       \
  value_type lw_memory_load##bits(uint64_t a) {                                                                       \
    uint##bits##_t v;                                                                                                 \
    return __builtin_memcpy(&v, (void *)(uintptr_t)a, sizeof v), v;                                                   \
  }                                                                                                                   \
  void lw_memory_store##bits(uint64_t a, value_type value) {                                                          \
    uint##bits##_t v = (uint##bits##_t)value;                                                                         \
    __builtin_memcpy((void *)(uintptr_t)a, &v, sizeof v);                                                             \
  }
WORDS(8, uint32_t) WORDS(16, uint32_t) WORDS(32, uint32_t) WORDS(64, uint64_t)

void lw_memory_copy(uint64_t to, uint64_t from, uint64_t bytes) {
  __builtin_memmove((void *)(uintptr_t)to, (void *)(uintptr_t)from, bytes);
}
void lw_memory_fill(uint64_t a, uint32_t value, uint64_t bytes) { __builtin_memset((void *)(uintptr_t)a, (int)value, bytes); }

/* ---- files: there is one, and it lies in memory; it ends somewhere in this room ---- */

uint64_t lw_source_bytes(uint32_t source) { return source == SOURCE ? FILE_BYTES : 0; }
uint64_t lw_source_view(uint32_t session, uint32_t source, uint64_t offset, uint64_t bytes) {
  return (void)session, (void)source, (void)bytes, MODULE_FILE + offset;
}
void lw_source_unview(uint32_t source, uint64_t addr, uint64_t bytes) { (void)source, (void)addr, (void)bytes; }
void lw_source_close(uint32_t source) { (void)source; }

/* ---- no other library, no symbol of the kernel's ---- */

int32_t lw_link_needed(uint32_t session, uint32_t from, uint64_t name, uint32_t bytes) {
  return (void)session, (void)from, (void)name, (void)bytes, LW_ANSWER_REFUSED;
}
int32_t lw_link_resolve(uint32_t session, uint32_t from, uint64_t name, uint32_t bytes) {
  return (void)session, (void)from, (void)name, (void)bytes, LW_ANSWER_REFUSED;
}
uint64_t lw_link_found_addr(void) { return LW_NONE; }
uint64_t lw_link_found_bytes(void) { return 0; }

int32_t lw_machine_call(uint32_t session, uint64_t addr, uint64_t a0, uint64_t a1, uint64_t a2) {
  (void)session;
  ((void (*)(uint64_t, uint64_t, uint64_t))(uintptr_t)addr)(a0, a1, a2);
  return LW_ANSWER_DONE;
}

void lw_log_event(uint32_t level, uint32_t code, uint64_t a, uint64_t b) { (void)level, (void)code, (void)a, (void)b; }

/* ---- the kernel ---- */

static void print(const char *text) {
  while (*text) UART = (unsigned char)*text++;
}

static void print_number(const char *before, uint64_t value) {
  char digits[21], *at = digits + 20;
  *at = 0;
  do *--at = (char)('0' + value % 10);
  while (value /= 10);
  print(before), print(at), print("\n");
}

_Noreturn void lw_trap(const char *cause) {
  print(cause), print("\n");
  power_off();
}

void kernel(void) {
  if (lw_start(core_memory, CORE_BYTES) != LW_CODE_OK) lw_trap("the core did not open");
  uint32_t context = lw_context(0, 0, 0), session = lw_load(context, SOURCE, 0);
  if (lw_advance(session) != LW_ANSWER_DONE) {
    print_number("refused, code ", lw_value(session, LW_FIELD_FAULT_CODE));
    power_off();
  }
  uint32_t module = lw_result(session);
  lw_close(session);
  uint64_t found = lw_find(module, (uintptr_t)"add", 3);
  uint64_t add = lw_entry((uint32_t)(found >> 32), LW_LIST_SYMBOL, (uint32_t)found, LW_FIELD_ADDRESS);
  print_number("add(2, 40) = ", (uint64_t)((int (*)(int, int))(uintptr_t)add)(2, 40));
  session = lw_unload(module);
  lw_advance(session);
  lw_close(session);
  print_number("memory of modules, in bytes: ", used);
  print_number("memory of the core, at most: ", lw_value(0, LW_FIELD_PEAK_BYTES));
  power_off();
}
