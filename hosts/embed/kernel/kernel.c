/* A kernel that embeds Linkwright. It says where memory and the file are; the rest is liblinkwright.a's. */
#include "linkwright.h"
#include "machine.h"

enum { PAGE = 4096, RAM_BYTES = 1 << 20, CORE_BYTES = 16 << 10, FILE_BYTES = 1 << 20, SOURCE = 1 };

/* Modules live in `ram`, up to `used`; the core keeps its books in `books`. */
static unsigned char ram[RAM_BYTES] __attribute__((aligned(1 << 16))), books[CORE_BYTES] __attribute__((aligned(16)));
static uint64_t used;

uint32_t lw_memory_page_bytes(void) { return PAGE; }

uint64_t lw_memory_reserve(uint64_t bytes, uint32_t align_log2, uint32_t source, uint64_t exact, uint64_t highest, uint32_t region) {
  (void)source, (void)highest, (void)region;
  if (exact != LW_NONE || align_log2 > 16) return LW_REFUSED;
  uint64_t align = (uint64_t)1 << align_log2, start = (used + align - 1) & ~(align - 1);
  if (start > RAM_BYTES || bytes > RAM_BYTES - start) return LW_REFUSED;
  for (uint64_t i = 0; i < bytes; i++) ram[start + i] = 0;
  used = start + bytes;
  return (uintptr_t)ram + start;
}

/* A stack is enough where what was loaded last is unloaded first. */
void lw_memory_release(uint64_t addr, uint64_t bytes) {
  if (addr + bytes == (uintptr_t)ram + used) used -= bytes;
}

int32_t lw_memory_place(uint32_t session, uint64_t addr, uint32_t source, uint64_t offset, uint64_t file_bytes,
                        uint64_t mem_bytes, uint32_t prot) {
  (void)session, (void)source, (void)mem_bytes, (void)prot;
  lw_memory_copy(addr, MODULE_FILE + offset, file_bytes);
  return LW_ANSWER_DONE;
}

/* There are no page tables here: nothing can be protected, and what lies in memory can be read and run as it is, the file too. */
int32_t lw_memory_protect(uint32_t session, uint64_t addr, uint64_t bytes, uint32_t prot) {
  return (void)session, (void)addr, (void)bytes, (void)prot, LW_ANSWER_DONE;
}

int32_t lw_memory_sync_code(uint32_t session, uint64_t addr, uint64_t bytes) {
  return (void)session, (void)addr, (void)bytes, fetch_again(), LW_ANSWER_DONE;
}

/* The one file lies in memory, and ends somewhere in its room. */
uint64_t lw_source_bytes(uint32_t source) { return source == SOURCE ? FILE_BYTES : 0; }

uint64_t lw_source_view(uint32_t session, uint32_t source, uint64_t offset, uint64_t bytes) {
  return (void)session, (void)source, (void)bytes, MODULE_FILE + offset;
}

_Noreturn void lw_trap(const char *cause) { print(cause, 0), power_off(); }

/* What of objects is used where the file lies is not reserved. */
static void tell_place(uint32_t session) {
  uint64_t bytes = lw_entry(session, LW_LIST_TALLY, LW_TALLY_IN_PLACE, LW_FIELD_BYTES);
  if (bytes != LW_NONE && bytes > 0) print("bytes in place: ", bytes), print("bytes reserved: ", used);
}

/* Takes a session to its end, and ends the machine if it failed. */
static uint32_t settled(uint32_t session) {
  if (lw_advance(session) != LW_ANSWER_DONE) print("refused, code ", lw_value(session, LW_FIELD_FAULT_CODE)), power_off();
  tell_place(session);
  uint32_t result = lw_result(session);
  lw_close(session);
  return result;
}

void kernel(void) {
  if (lw_start(books, CORE_BYTES) != LW_CODE_OK) lw_trap("the core did not open");
  uint32_t module = settled(lw_load(lw_context(0, 0, 0), SOURCE, LW_FLAG_IN_PLACE));
  uint64_t found = lw_find(module, (uintptr_t)"add", 3, LW_NONE, 0);
  uint64_t add = lw_entry((uint32_t)(found >> 32), LW_LIST_SYMBOL, (uint32_t)found, LW_FIELD_ADDRESS);
  if (add - MODULE_FILE < FILE_BYTES) print("add lies in the file, at byte ", add - MODULE_FILE);
  print("add(2, 40) = ", (uint64_t)((int (*)(int, int))(uintptr_t)add)(2, 40));
  settled(lw_unload(module));
  print("bytes of modules: ", used);
  print("bytes of the core, at most: ", lw_value(0, LW_FIELD_PEAK_BYTES));
  power_off();
}
