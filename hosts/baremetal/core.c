/* The core on bare metal. Its imports are defined here, in front of it and in one translation unit with it, so that
 * the compiler sees through them. Target memory is this machine's own. */
#include "board.h"
#include "host.h"
#include "json.h"
#include "libc/libc.h"
#include "linkwright.h"
#include "machine.h"
#include "payload.h"
#include "region.h"
#include "symbols.h"

#define INLINE __attribute__((always_inline)) inline

/* ---- memory ---- */

uint32_t lw_memory_page_bytes(void) { return BOARD_PAGE_BYTES; }

uint64_t lw_memory_reserve(uint64_t bytes, uint32_t align_log2, uint32_t region, uint64_t exact) {
  if (region != 0 || bytes > SIZE_MAX || (exact != LW_NONE && exact > UINTPTR_MAX)) return LW_REFUSED;
  uintptr_t at = region_reserve((size_t)bytes, align_log2, exact == LW_NONE ? REGION_ANYWHERE : (uintptr_t)exact, REGION_MODULE);
  return at == REGION_REFUSED ? LW_REFUSED : at;
}

void lw_memory_release(uint64_t addr, uint64_t bytes) {
  if (addr > UINTPTR_MAX || bytes > SIZE_MAX) return;
  if (region_release((uintptr_t)addr, (size_t)bytes, REGION_MODULE)) forget_exit_functions((uintptr_t)addr, (size_t)bytes);
}

static bool in_file(uint32_t source, uint64_t offset, uint64_t bytes) {
  const struct payload_file *file = payload_at(source - 1);
  return file && offset <= file->bytes && bytes <= file->bytes - offset;
}

/* Code is readable, too: not every machine can tell the two apart, and a file must not behave differently on those. */
static unsigned readable(uint32_t prot) { return prot & PF_X ? prot | PF_R : prot; }

int32_t lw_memory_place(uint32_t session, uint64_t addr, uint32_t source, uint64_t offset, uint64_t file_bytes,
                        uint64_t mem_bytes, uint32_t prot) {
  (void)session;
  if (addr > UINTPTR_MAX || mem_bytes > SIZE_MAX || file_bytes > mem_bytes) return LW_ANSWER_REFUSED;
  if (file_bytes > 0 && !in_file(source, offset, file_bytes)) return LW_ANSWER_REFUSED;
  if (mem_bytes == 0) return LW_ANSWER_DONE;
  if (!region_begin((uintptr_t)addr, (size_t)mem_bytes)) return LW_ANSWER_REFUSED;
  char *at = (char *)(uintptr_t)addr;
  if (file_bytes > 0) memcpy(at, payload_at(source - 1)->start + offset, (size_t)file_bytes);
  memset(at + file_bytes, 0, (size_t)(mem_bytes - file_bytes));
  return region_protect((uintptr_t)addr, (size_t)mem_bytes, readable(prot)) ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}

int32_t lw_memory_protect(uint32_t session, uint64_t addr, uint64_t bytes, uint32_t prot) {
  (void)session;
  if (addr > UINTPTR_MAX || bytes > SIZE_MAX) return LW_ANSWER_REFUSED;
  return region_protect((uintptr_t)addr, (size_t)bytes, readable(prot)) ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}

int32_t lw_memory_sync_code(uint32_t session, uint64_t addr, uint64_t bytes) {
  (void)session;
  board_sync_code((uintptr_t)addr, (size_t)bytes);
  return LW_ANSWER_DONE;
}

/* Any alignment. Where the compiler may not load an unaligned word at once it takes the word apart into bytes, which
 * is many instructions: there the usual case, an aligned word, is asked for first. */
#if defined __x86_64__ || defined __i386__ || defined __aarch64__ || defined __ARM_FEATURE_UNALIGNED || defined __loongarch__
#define ALIGNED(addr, bytes) false
#else
#define ALIGNED(addr, bytes) (((uintptr_t)(addr) & ((bytes) - 1)) == 0)
#endif

typedef uint16_t any16 __attribute__((aligned(1), may_alias));
typedef uint32_t any32 __attribute__((aligned(1), may_alias));
typedef uint64_t any64 __attribute__((aligned(1), may_alias));
typedef uint16_t word16 __attribute__((may_alias));
typedef uint32_t word32 __attribute__((may_alias));
typedef uint64_t word64 __attribute__((may_alias));

#define AT(type, addr) (*(type *)(uintptr_t)(addr))

INLINE uint32_t lw_memory_load8(uint64_t addr) { return AT(unsigned char, addr); }
INLINE uint32_t lw_memory_load16(uint64_t addr) { return ALIGNED(addr, 2) ? AT(word16, addr) : AT(any16, addr); }
INLINE uint32_t lw_memory_load32(uint64_t addr) { return ALIGNED(addr, 4) ? AT(word32, addr) : AT(any32, addr); }
INLINE uint64_t lw_memory_load64(uint64_t addr) { return ALIGNED(addr, 8) ? AT(word64, addr) : AT(any64, addr); }

INLINE void lw_memory_store32(uint64_t addr, uint32_t value) {
  if (ALIGNED(addr, 4)) AT(word32, addr) = value;
  else AT(any32, addr) = value;
}
INLINE void lw_memory_store64(uint64_t addr, uint64_t value) {
  if (ALIGNED(addr, 8)) AT(word64, addr) = value;
  else AT(any64, addr) = value;
}

void lw_memory_copy(uint64_t to, uint64_t from, uint64_t bytes) {
  memmove((void *)(uintptr_t)to, (const void *)(uintptr_t)from, (size_t)bytes);
}

/* ---- source: the payload lies in memory, so a view is a place in it ---- */

uint64_t lw_source_bytes(uint32_t source) {
  const struct payload_file *file = payload_at(source - 1);
  return file ? file->bytes : 0;
}

uint64_t lw_source_view(uint32_t session, uint32_t source, uint64_t offset, uint64_t bytes) {
  (void)session;
  return in_file(source, offset, bytes) ? (uintptr_t)(payload_at(source - 1)->start + offset) : LW_REFUSED;
}

void lw_source_unview(uint32_t source, uint64_t addr, uint64_t bytes) { (void)source, (void)addr, (void)bytes; }

void lw_source_close(uint32_t source) { (void)source; }

const char *source_name(uint64_t source) {
  const struct payload_file *file = source > 0 && source <= UINT32_MAX ? payload_at((unsigned)source - 1) : NULL;
  return file ? file->name : "";
}

/* ---- link: libraries are the payload's files, then the image itself ---- */

int32_t lw_link_needed(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes) {
  (void)session, (void)from;
  const char *text = (const char *)(uintptr_t)name;
  int index = payload_find(text, name_bytes);
  if (index >= 0) return index + 1;
  return symbols_library(text, name_bytes) ? 0 : LW_ANSWER_REFUSED;
}

static const struct symbol *found;

/* Whether a file's code passes floating point numbers in integer registers: its e_flags say so. */
static bool soft_float(uint32_t source) {
#if defined __riscv || defined __loongarch__
  enum { FLAGS_AT = sizeof(void *) == 8 ? 48 : 36 };
  unsigned flags = in_file(source, FLAGS_AT, 1) ? payload_at(source - 1)->start[FLAGS_AT] : 0xff;
#ifdef __riscv
  return (flags & 6) == 0; /* EF_RISCV_FLOAT_ABI_SOFT. RISC-V ELF psABI "File Header" */
#else
  return (flags & 7) == 1; /* EF_LOONGARCH_ABI_SOFT_FLOAT. LoongArch ELF psABI "e_flags" */
#endif
#else
  (void)source;
  return false;
#endif
}

int32_t lw_link_resolve(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes) {
  (void)session;
  found = symbols_find((const char *)(uintptr_t)name, name_bytes, soft_float(from));
  if (!found) return LW_ANSWER_REFUSED;
  symbols_bind(found);
  return LW_ANSWER_DONE;
}

uint64_t lw_link_found_addr(void) { return (uintptr_t)found->at; }
uint64_t lw_link_found_bytes(void) { return found->bytes; }

/* ---- machine ---- */

int32_t lw_machine_call(uint32_t session, uint64_t addr, uint64_t a0, uint64_t a1, uint64_t a2) {
  (void)session;
  ((void (*)(uintptr_t, uintptr_t, uintptr_t))(uintptr_t)addr)((uintptr_t)a0, (uintptr_t)a1, (uintptr_t)a2);
  return LW_ANSWER_DONE;
}

/* ---- log ---- */

void lw_log_event(uint32_t level, uint32_t code, uint64_t a, uint64_t b) {
  (void)level, (void)a;
  if (code == LW_EVENT_STAGE) script_stage((uint32_t)b);
}

_Noreturn void lw_trap(const char *cause) { fail_at(cause, (uintptr_t)__builtin_return_address(0)); }

#include "../embed/library.c"
