/* The core without a linker (assembly/program.ts): its imports, over the kernel's calls, and what it answers. */
#include "place.h"
#include "any.h"
#include "linkwright.h"
#include "means.h"
#include "runtime.h"
#include "say.h"
#include "system.h"
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-function"
#pragma clang diagnostic ignored "-Wunused-parameter"
#pragma clang diagnostic ignored "-Wunused-variable"
#pragma clang diagnostic ignored "-Wunused-but-set-variable"
#include "program.c"
#pragma clang diagnostic pop

/* The file that the core is at work on. */
static const struct file *file;
static uintptr_t page_bytes;
/* Where the pages of the segment end that was placed last: they come one after the other. */
static uintptr_t placed_end;

#define HOST(module) struct w2c_##module *module __attribute__((unused))
#define ONE u32 number __attribute__((unused))
#define SESSION u32 session __attribute__((unused))

static uintptr_t page_of(uintptr_t at) { return at & -page_bytes; }
static uintptr_t page_end(uintptr_t at) { return page_of(at + page_bytes - 1); }

/* ---- memory ---- */

u32 w2c_memory_page_bytes(HOST(memory)) { return (u32)page_bytes; }

/* A range that nobody may touch yet, at an address, or at any. */
static long take(uintptr_t at, uintptr_t bytes, int exactly) {
  return system_call6(SYS_MMAP, (long)at, (long)bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | exactly, -1, 0);
}

static void drop(uintptr_t at, uintptr_t bytes) {
  if (bytes > 0) system_call(SYS_MUNMAP, (long)at, (long)bytes, 0);
}

u64 w2c_memory_reserve(HOST(memory), u64 bytes, u32 align_log2, ONE, u64 exact, u64 highest, u32 region) {
  (void)highest, (void)region;
  if (bytes > INTPTR_MAX || align_log2 >= sizeof(uintptr_t) * 8 - 1) return LW_REFUSED;
  if (exact != LW_NONE) {
    /* A kernel that does not know MAP_FIXED_NOREPLACE may take another place. */
    long at = take((uintptr_t)exact, (uintptr_t)bytes, MAP_FIXED_NOREPLACE);
    return !system_failed(at) && (uintptr_t)at == exact ? exact : LW_REFUSED;
  }
  uintptr_t align = (uintptr_t)1 << align_log2, more = (uintptr_t)bytes + (align > page_bytes ? align : 0);
  long answer = more < bytes ? -ENOMEM : take(0, more, 0);
  if (system_failed(answer)) return LW_REFUSED;
  uintptr_t from = (uintptr_t)answer, at = (from + align - 1) & -align, end = at + (uintptr_t)bytes;
  drop(from, at - from);
  drop(end, from + more - end);
  return at;
}

static int protect(uintptr_t at, uintptr_t end, long prot) {
  return !system_failed(system_call(SYS_MPROTECT, (long)at, (long)(end - at), prot));
}

/* Whole pages of the file are mapped; the last one is read where zeros follow, so that a file that shrinks meanwhile is an
 * answer and no signal. */
static u32 place(uintptr_t at, uint64_t offset, uint64_t file_bytes, uint64_t mem_bytes, long prot) {
  uintptr_t start = page_of(at), file_end = at + (uintptr_t)file_bytes, end = page_end(at + (uintptr_t)mem_bytes);
  uintptr_t mapped = mem_bytes == file_bytes ? end : page_of(file_end);
  if (file_bytes == 0) mapped = start;
  else if (((uintptr_t)offset ^ at) & (page_bytes - 1)) return (u32)LW_ANSWER_REFUSED;
  if (mapped > start) {
    uint64_t from = offset - (at - start);
    long answer = system_call6(SYS_MMAP, (long)start, (long)(mapped - start), prot, MAP_PRIVATE | MAP_FIXED, file->descriptor, SYSTEM_PAGES(from));
    if (system_failed(answer)) return (u32)LW_ANSWER_REFUSED;
  }
  if (mapped == end) return LW_ANSWER_DONE;
  if (!protect(mapped, end, PROT_READ | PROT_WRITE)) return (u32)LW_ANSWER_REFUSED;
  if (file_bytes > 0 && !read_file(file, offset + mapped - at, (void *)mapped, file_end - mapped)) return (u32)LW_ANSWER_REFUSED;
  return protect(mapped, end, prot) ? LW_ANSWER_DONE : (u32)LW_ANSWER_REFUSED;
}

/* Into the page that the segment before ends in, whose bytes stay. */
static int add(uintptr_t at, uint64_t offset, uintptr_t file_bytes, uintptr_t mem_bytes, long prot) {
  if (!protect(page_of(at), placed_end, PROT_READ | PROT_WRITE)) return 0;
  if (file_bytes > 0 && !read_file(file, offset, (void *)at, file_bytes)) return 0;
  for (uintptr_t i = file_bytes; i < mem_bytes; i++) ((unsigned char *)at)[i] = 0;
  return protect(page_of(at), placed_end, prot);
}

u32 w2c_memory_place(HOST(memory), SESSION, u64 addr, ONE, u64 offset, u64 file_bytes, u64 mem_bytes, u32 flags) {
  uintptr_t at = (uintptr_t)addr, end = page_end(at + (uintptr_t)mem_bytes);
  long prot = (flags & LW_PF_R ? PROT_READ : 0) | (flags & LW_PF_W ? PROT_WRITE : 0) | (flags & LW_PF_X ? PROT_EXEC : 0);
  if (at < placed_end) {
    uintptr_t room = placed_end - at, memory = mem_bytes < room ? (uintptr_t)mem_bytes : room, of_file = file_bytes < memory ? (uintptr_t)file_bytes : memory;
    if (!add(at, offset, of_file, memory, prot)) return (u32)LW_ANSWER_REFUSED;
    at += memory, offset += of_file, file_bytes -= of_file, mem_bytes -= memory;
  }
  placed_end = end;
  return mem_bytes == 0 ? LW_ANSWER_DONE : place(at, offset, file_bytes, mem_bytes, prot);
}

u32 w2c_memory_load8(HOST(memory), u64 addr) { return *(unsigned char *)(uintptr_t)addr; }
u32 w2c_memory_load16(HOST(memory), u64 addr) { return *(any16 *)(uintptr_t)addr; }
u32 w2c_memory_load32(HOST(memory), u64 addr) { return *(any32 *)(uintptr_t)addr; }
u64 w2c_memory_load64(HOST(memory), u64 addr) { return *(any64 *)(uintptr_t)addr; }

/* ---- source ---- */

/* What the core reads of a file: its header and its program headers, of which the kernel takes as many. */
static unsigned char views[sizeof(uint64_t) * 8 + 65536];
static unsigned viewed;

u64 w2c_source_bytes(HOST(source), ONE) { return file->bytes; }

u64 w2c_source_view(HOST(source), SESSION, ONE, u64 offset, u64 bytes) {
  unsigned char *at = views + viewed;
  if (bytes > sizeof views - viewed || !read_file(file, offset, at, (uintptr_t)bytes)) return LW_REFUSED;
  viewed += (unsigned)bytes;
  return (uintptr_t)at;
}

/* ---- what it answers ---- */

static w2c_program core;

_Noreturn void lw_trap(const char *cause) { fail(cause, STATUS_REFUSED); }

/* The codes that the headers of a file and its place may be refused with. */
static const char *words_of(u32 code) {
  switch (code) {
#define WORDS(code) case LW_CODE_##code: return LW_MEANS_##code;
    WORDS(TRUNCATED) WORDS(BAD_MAGIC) WORDS(BAD_CLASS) WORDS(BAD_BYTE_ORDER) WORDS(BAD_VERSION) WORDS(BAD_TYPE) WORDS(BAD_MACHINE)
    WORDS(BAD_ENTRY_SIZE) WORDS(BAD_ALIGNMENT) WORDS(NO_SEGMENTS) WORDS(NOT_CONGRUENT) WORDS(FILE_EXCEEDS_MEMORY) WORDS(ADDRESS_WRAPS)
    WORDS(SEGMENTS_OVERLAP) WORDS(SEGMENTS_UNORDERED) WORDS(MANY_DYNAMIC) WORDS(BAD_RELRO) WORDS(TOO_MANY_SEGMENTS) WORDS(BAD_TLS)
    WORDS(WRITABLE_CODE) WORDS(SHARED_PAGE) WORDS(UNSUPPORTED_TYPE) WORDS(NO_SPACE) WORDS(PLACE_REFUSED) WORDS(VIEW_REFUSED)
    WORDS(OUT_OF_MEMORY)
    default: return "";
  }
}

struct placed place_file(const struct file *which, uintptr_t page) {
  static unsigned char memory[65536] __attribute__((aligned(16)));
  file = which, page_bytes = page, viewed = 0, placed_end = 0;
  runtime_buffer(memory, sizeof memory);
  wasm2c_program_instantiate(&core, 0, 0);
  u32 code = w2c_program_place(&core, 1);
  if (code != LW_CODE_OK) {
    say(words_of(code));
    say(" (at ");
    say_number(w2c_program_faultAt(&core));
    say(": ");
    say_number(w2c_program_faultValue(&core));
    fail(")", STATUS_REFUSED);
  }
  u64 entry = w2c_program_entry(&core), headers = w2c_program_headers(&core);
  if (entry == LW_NONE) fail("there is no code where it starts", STATUS_REFUSED);
  return (struct placed){
    .bias = (uintptr_t)w2c_program_bias(&core),
    .entry = (uintptr_t)entry,
    .headers = headers == LW_NONE ? 0 : (uintptr_t)headers,
    .header_count = w2c_program_headerCount(&core),
    .interpreter = w2c_program_interpreter(&core),
    .interpreter_bytes = w2c_program_interpreterBytes(&core),
  };
}
