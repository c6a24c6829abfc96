/* The core on bare metal. Its imports are defined here, in front of it and in one translation unit with it, so that
 * the compiler sees through them. Target memory is this machine's own. */
#include "any.h"
#include "board.h"
#include "debugger.h"
#include "host.h"
#include "lazy.h"
#include "libc/libc.h"
#include "linkwright.h"
#include "loading.h"
#include "machine.h"
#include "payload.h"
#include "region.h"
#include "report.h"
#include "resolver.h"
#include "rules.h"
#include "search.h"
#include "symbols.h"
#include "tls.h"
#include "window.h"

#define INLINE __attribute__((always_inline)) inline

/* ---- memory ---- */

uint32_t lw_memory_page_bytes(void) { return BOARD_PAGE_BYTES; }

uint64_t lw_memory_reserve(uint64_t bytes, uint32_t align_log2, uint32_t source, uint64_t exact, uint64_t highest, uint32_t region) {
  (void)source;
  if (bytes > SIZE_MAX || (exact != LW_NONE && exact > UINTPTR_MAX)) return LW_REFUSED;
  const struct span *window = region == 0 ? NULL : window_of(region);
  if (window) {
    uintptr_t within = region_reserve_within(window->start, window->bytes, (size_t)bytes, align_log2, REGION_MODULE);
    return within == REGION_REFUSED ? LW_REFUSED : within;
  }
  uintptr_t at = region_reserve((size_t)bytes, align_log2, exact == LW_NONE ? REGION_ANYWHERE : (uintptr_t)exact, REGION_MODULE);
  if (at == REGION_REFUSED) return LW_REFUSED;
  if (highest == LW_NONE || exact != LW_NONE || (at <= highest && bytes - 1 <= highest - at)) return at;
  // Code that can't say so high an address is seen lower, where there is room: all RAM may be above.
  region_release(at, (size_t)bytes, REGION_MODULE);
  at = region_reserve_within(MODULE_LOW, MODULE_HIGH - MODULE_LOW, (size_t)bytes, align_log2, REGION_MODULE);
  if (at == REGION_REFUSED) at = region_reserve((size_t)bytes, align_log2, REGION_ANYWHERE, REGION_MODULE);
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
  region_fill((uintptr_t)addr, source);
  char *at = (char *)(uintptr_t)addr;
  if (file_bytes > 0) memcpy(at, payload_at(source - 1)->start + offset, (size_t)file_bytes);
  memset(at + file_bytes, 0, (size_t)(mem_bytes - file_bytes));
  return region_protect((uintptr_t)addr, (size_t)mem_bytes, readable(prot)) ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}

int32_t lw_memory_protect(uint32_t session, uint64_t addr, uint64_t bytes, uint32_t prot) {
  (void)session;
  if (addr > UINTPTR_MAX || bytes > SIZE_MAX) return LW_ANSWER_REFUSED;
  uintptr_t at = (uintptr_t)addr;
  bool done = region_protect(at, (size_t)bytes, readable(prot)) || payload_protect(at, (size_t)bytes, readable(prot));
  return done ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}

int32_t lw_memory_sync_code(uint32_t session, uint64_t addr, uint64_t bytes) {
  (void)session;
  board_sync_code((uintptr_t)addr, (size_t)bytes);
  return LW_ANSWER_DONE;
}

INLINE uint32_t lw_memory_load8(uint64_t addr) { return AT(unsigned char, addr); }
INLINE uint32_t lw_memory_load16(uint64_t addr) { return LOAD(16, addr); }
INLINE uint32_t lw_memory_load32(uint64_t addr) { return LOAD(32, addr); }
INLINE uint64_t lw_memory_load64(uint64_t addr) { return LOAD(64, addr); }
INLINE void lw_memory_store16(uint64_t addr, uint32_t value) { STORE(16, addr, (uint16_t)value); }
INLINE void lw_memory_store32(uint64_t addr, uint32_t value) { STORE(32, addr, value); }
INLINE void lw_memory_store64(uint64_t addr, uint64_t value) { STORE(64, addr, value); }

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

void lw_link_search(uint32_t session, uint32_t origin, uint64_t text, uint32_t text_bytes, uint32_t rank) {
  (void)session;
  search_add(origin - 1, (const char *)(uintptr_t)text, text_bytes, rank);
}

int32_t lw_link_needed(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes) {
  (void)session, (void)from;
  const char *text = (const char *)(uintptr_t)name;
  int index = search_find(text, name_bytes);
  if (index >= 0) return index + 1;
  return symbols_library(text, name_bytes) ? 0 : LW_ANSWER_REFUSED;
}

/* A member of a thin archive is named from the archive's folder. */
int32_t lw_link_member(uint32_t session, uint32_t archive, uint64_t name, uint32_t name_bytes) {
  (void)session;
  const char *beside = source_name(archive), *slash = strrchr(beside, '/');
  size_t folder_bytes = slash ? (size_t)(slash + 1 - beside) : 0;
  char path[256];
  if (name_bytes > sizeof path - folder_bytes || folder_bytes > sizeof path) return LW_ANSWER_REFUSED;
  memcpy(path, beside, folder_bytes);
  memcpy(path + folder_bytes, (const char *)(uintptr_t)name, name_bytes);
  int index = payload_find(path, folder_bytes + name_bytes);
  return index >= 0 ? index + 1 : LW_ANSWER_REFUSED;
}

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

/* What the last question found. */
static struct {
  uint64_t addr, bytes;
  uint32_t type;
} found;

/* What a rule of the script says is an address, and nothing more is known of it. */
static int32_t answer_by(enum rule_kind kind, uint32_t source, uint64_t name, uint32_t name_bytes) {
  uintptr_t address;
  if (!rule_find(kind, source, (const char *)(uintptr_t)name, name_bytes, &address)) return LW_ANSWER_REFUSED;
  found.addr = address;
  found.bytes = 0;
  found.type = STT_FUNC;
  return LW_ANSWER_DONE;
}

/* The image's symbols have no versions: they stand for every one. */
int32_t lw_link_resolve(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes, uint64_t version,
                        uint32_t version_bytes) {
  (void)session, (void)version, (void)version_bytes;
  if (answer_by(RULE_AFTER, 0, name, name_bytes) == LW_ANSWER_DONE) return LW_ANSWER_DONE;
  const struct symbol *symbol = symbols_find((const char *)(uintptr_t)name, name_bytes, soft_float(from));
  if (!symbol) return LW_ANSWER_REFUSED;
  symbols_bind(symbol);
  found.addr = (uintptr_t)symbol->at;
  found.bytes = symbol->bytes;
  found.type = symbol->bytes ? STT_OBJECT : STT_FUNC;
  return LW_ANSWER_DONE;
}

int32_t lw_link_before(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes, uint64_t version,
                       uint32_t version_bytes) {
  (void)session, (void)from, (void)version, (void)version_bytes;
  return answer_by(RULE_BEFORE, 0, name, name_bytes);
}

int32_t lw_link_intercept(uint32_t module, uint64_t name, uint32_t name_bytes, uint32_t type, uint64_t place, uint32_t owner,
                          uint64_t value) {
  (void)module, (void)type, (void)owner, (void)value;
  return answer_by(RULE_INTERCEPT, region_source((uintptr_t)place), name, name_bytes);
}

uint64_t lw_link_found_addr(void) { return found.addr; }
uint64_t lw_link_found_bytes(void) { return found.bytes; }
uint32_t lw_link_found_type(void) { return found.type; }

/* ---- machine ---- */

int32_t lw_machine_call(uint32_t session, uint64_t addr, uint64_t a0, uint64_t a1, uint64_t a2) {
  (void)session;
  ((void (*)(uintptr_t, uintptr_t, uintptr_t))(uintptr_t)addr)((uintptr_t)a0, (uintptr_t)a1, (uintptr_t)a2);
  return LW_ANSWER_DONE;
}

static uint64_t chosen;

int32_t lw_machine_choose(uint32_t session, uint64_t addr) {
  (void)session;
  uintptr_t choice = resolver_call((uintptr_t)addr); /* which may bring others to be called meanwhile */
  chosen = choice;
  return LW_ANSWER_DONE;
}

uint64_t lw_machine_chosen(void) { return chosen; }

uint64_t lw_machine_lazy_entry(void) { return (uintptr_t)lazy_entry; }

int32_t lw_machine_tls_reserve(uint32_t session, uint32_t module, uint32_t machine, uint32_t bits, uint64_t image,
                               uint64_t file_bytes, uint64_t bytes, uint32_t align_log2, uint64_t skew) {
  (void)session, (void)machine, (void)bits;
  if (bytes > SIZE_MAX / 2 || align_log2 >= sizeof(size_t) * 8 - 2) return LW_ANSWER_REFUSED;
  size_t align = (size_t)1 << align_log2;
  struct tls_wish wish = {(uintptr_t)image, (size_t)file_bytes, (size_t)bytes, align, (size_t)skew & (align - 1)};
  return tls_reserve(module, &wish) ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}

uint64_t lw_machine_tls_number(uint32_t module) { return tls_number(module); }

/* Of a module without a block, too, so that nobody takes another one's. */
static uint64_t offset_of(unsigned number) {
  intptr_t offset = number ? tls_offset(number) : TLS_NOWHERE;
  return offset == TLS_NOWHERE ? LW_NOWHERE : (uint64_t)(int64_t)offset;
}

uint64_t lw_machine_tls_offset(uint32_t module) { return offset_of(tls_number(module)); }

static struct {
  uint64_t entry, argument;
} descriptor;

/* The image's own symbol of a name, told like any other that is bound. */
static uint64_t own(const char *name) {
  const struct symbol *symbol = symbols_find(name, strlen(name), false);
  symbols_bind(symbol);
  return (uintptr_t)symbol->at;
}

int32_t lw_machine_tls_descriptor(uint32_t session, uint32_t module, uint64_t offset) {
  enum { HALF_BITS = sizeof(uintptr_t) * 4 };
  (void)session;
  unsigned number = module ? tls_number(module) : 0;
  uint64_t start = offset_of(number);
  if (module == 0) {
    descriptor.entry = own("lw_tls_absent");
    descriptor.argument = offset;
  } else if (start != LW_NOWHERE) {
    descriptor.entry = own("lw_tls_static");
    descriptor.argument = start + offset;
  } else {
    if (number == 0 || offset >> HALF_BITS) return LW_ANSWER_REFUSED;
    descriptor.entry = own("lw_tls_dynamic");
    descriptor.argument = (uint64_t)number << HALF_BITS | offset;
  }
  return LW_ANSWER_DONE;
}

uint64_t lw_machine_tls_entry(void) { return descriptor.entry; }
uint64_t lw_machine_tls_argument(void) { return descriptor.argument; }

int32_t lw_machine_tls_start(uint32_t session, uint32_t module) {
  (void)session;
  tls_start(module);
  return LW_ANSWER_DONE;
}

void lw_machine_tls_release(uint32_t module) { tls_release(module); }

/* ---- log ---- */

void lw_log_event(uint32_t level, uint32_t code, uint64_t a, uint64_t b) {
  (void)level;
  uint32_t module = (uint32_t)a;
  switch (code) {
    case LW_EVENT_STAGE: loading_stage((uint32_t)b); break;
    case LW_EVENT_PUBLISHED: debugger_add(module); break;
    case LW_EVENT_WITHDRAWN: debugger_remove(module); break;
    case LW_EVENT_STAYS: report_stays(module, (uint32_t)b); break;
  }
}

_Noreturn void lw_trap(const char *cause) { fail_at(cause, (uintptr_t)__builtin_return_address(0)); }

#include "../embed/library.c"
