/* The imports of a process on Linux, in one translation unit with the core, so that the compiler sees through them. */
#define _GNU_SOURCE
#include "host.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "linkwright.h"
#include "runtime.h"

#define INLINE __attribute__((always_inline)) inline

_Noreturn void host_fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  va_end(values);
  fputc('\n', stderr);
  exit(1);
}

_Noreturn void lw_trap(const char *cause) { host_fail("%s", cause); }

static void *at(uint64_t addr) { return (void *)(uintptr_t)addr; }

static uint64_t page_bytes;
static uint64_t down(uint64_t addr) { return addr & -page_bytes; }
static uint64_t up(uint64_t addr) { return down(addr + page_bytes - 1); }

/* ---- files: mapped as long as the core looks at one, and closed when it is placed ---- */

struct file {
  char *path;
  uint64_t bytes;
  dev_t device;
  ino_t node;
  uint32_t next; /* of the same bucket, or the next unused one */
  int number;    /* -1: not open */
  char *view;
  unsigned views;
  bool is_closed;
};

enum { MOST_FILES = 1 << 14, FILE_BUCKETS = 1 << 12 };
static struct file files[MOST_FILES];
static uint32_t file_count = 1, buckets[FILE_BUCKETS];
static unsigned open_files;

static uint32_t *bucket_of(dev_t device, ino_t node) { return &buckets[(node * 31 + device) % FILE_BUCKETS]; }

static struct file *file_at(uint32_t source) { return source > 0 && source < file_count ? &files[source] : NULL; }

static bool file_open(struct file *file) {
  if (file->number >= 0) return true;
  file->number = open(file->path, O_RDONLY | O_CLOEXEC);
  open_files += file->number >= 0;
  return file->number >= 0;
}

static void file_close(struct file *file) {
  if (file->view) munmap(file->view, file->bytes);
  file->view = NULL;
  if (file->number < 0) return;
  close(file->number);
  file->number = -1;
  --open_files;
}

uint32_t host_source(const char *path) {
  struct stat found;
  int number = open(path, O_RDONLY | O_CLOEXEC);
  if (number < 0) return 0;
  if (fstat(number, &found) != 0) host_fail("%s: what it is can't be told", path);
  uint32_t *bucket = bucket_of(found.st_dev, found.st_ino);
  for (uint32_t each = *bucket; each; each = files[each].next) {
    if (files[each].device != found.st_dev || files[each].node != found.st_ino) continue;
    close(number);
    return each;
  }
  if (file_count == MOST_FILES) host_fail("too many files");
  uint32_t source = file_count++;
  files[source] = (struct file){strdup(path), (uint64_t)found.st_size, found.st_dev, found.st_ino, *bucket, number, NULL, 0, false};
  *bucket = source;
  ++open_files;
  return source;
}

uint64_t lw_source_bytes(uint32_t source) {
  struct file *file = file_at(source);
  return file ? file->bytes : 0;
}

uint64_t lw_source_view(uint32_t session, uint32_t source, uint64_t offset, uint64_t bytes) {
  (void)session;
  struct file *file = file_at(source);
  if (!file || offset > file->bytes || bytes > file->bytes - offset || !file_open(file)) return LW_REFUSED;
  if (!file->view) {
    char *view = mmap(NULL, file->bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file->number, 0);
    if (view == MAP_FAILED) return LW_REFUSED;
    file->view = view;
  }
  ++file->views;
  return (uintptr_t)file->view + offset;
}

void lw_source_unview(uint32_t source, uint64_t addr, uint64_t bytes) {
  (void)addr, (void)bytes;
  struct file *file = file_at(source);
  if (file && --file->views == 0) file_close(file);
}

void lw_source_close(uint32_t source) { (void)source; }

unsigned host_open_files(void) { return open_files; }

/* ---- memory ---- */

static uint64_t reserved_bytes;

uint64_t host_reserved(void) { return reserved_bytes; }

uint32_t lw_memory_page_bytes(void) { return (uint32_t)page_bytes; }

/* Modules lie one behind the other in rooms that are taken from the system when there is none: what is given back is not used again
 * while there are addresses enough. Untouched pages of a private mapping are zero. */
static uint64_t room, room_end;

static bool take_room(uint64_t bytes) {
  enum { ROOM_LOG2 = 36 };
  uint64_t wanted = bytes > UINT64_C(1) << ROOM_LOG2 ? bytes : UINT64_C(1) << ROOM_LOG2;
  if (room < room_end) munmap(at(room), room_end - room);
  void *start = mmap(NULL, wanted, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  room = room_end = 0;
  if (start == MAP_FAILED) return false;
  room = (uintptr_t)start;
  room_end = room + wanted;
  return true;
}

uint64_t lw_memory_reserve(uint64_t bytes, uint32_t align_log2, uint32_t source, uint64_t exact, uint64_t highest, uint32_t region) {
  uint64_t align = UINT64_C(1) << (align_log2 & 63), addr = exact;
  (void)source, (void)highest, (void)region;
  if (align_log2 > 40 || bytes > UINT64_C(1) << 46) return LW_REFUSED;
  if (exact != LW_NONE) {
    if (mmap(at(exact), bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED) return LW_REFUSED;
  } else {
    addr = (room + align - 1) & -align;
    if (addr + bytes > room_end) {
      if (!take_room(bytes + align)) return LW_REFUSED;
      addr = (room + align - 1) & -align;
    }
    room = addr + bytes;
  }
  reserved_bytes += bytes;
  return addr;
}

/* What was skipped for an alignment stays mapped, with nothing in it. */
void lw_memory_release(uint64_t addr, uint64_t bytes) {
  munmap(at(addr), bytes);
  reserved_bytes -= bytes;
}

static int prot_of(uint32_t flags) {
  return (flags & LW_PF_R ? PROT_READ : 0) | (flags & LW_PF_W ? PROT_WRITE : 0) | (flags & LW_PF_X ? PROT_EXEC : 0);
}

/* What of the segment lies in pages of the file is mapped, if file and memory agree on where in a page a byte lies; the rest of
 * the last such page is cleared, and the pages behind it are the reservation's own. */
int32_t lw_memory_place(uint32_t session, uint64_t addr, uint32_t source, uint64_t offset, uint64_t file_bytes,
                        uint64_t mem_bytes, uint32_t flags) {
  (void)session;
  struct file *file = file_at(source);
  int prot = prot_of(flags);
  uint64_t start = down(addr), file_end = addr + file_bytes, end = up(addr + mem_bytes), placed = start;
  if (file_bytes > 0) {
    if (!file || !file_open(file)) return LW_ANSWER_REFUSED;
    uint64_t lead = addr - start;
    if (offset < lead || (offset - lead) % page_bytes != 0) {
      if (mprotect(at(start), end - start, PROT_READ | PROT_WRITE) != 0) return LW_ANSWER_REFUSED;
      if (pread(file->number, at(addr), file_bytes, (off_t)offset) != (ssize_t)file_bytes) return LW_ANSWER_REFUSED;
      return mprotect(at(start), end - start, prot) == 0 ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
    }
    placed = up(file_end);
    bool clears = mem_bytes > file_bytes && file_end % page_bytes != 0;
    void *got = mmap(at(start), file_end - start, prot | (clears ? PROT_WRITE : 0), MAP_PRIVATE | MAP_FIXED, file->number, (off_t)(offset - lead));
    if (got == MAP_FAILED) return LW_ANSWER_REFUSED;
    if (clears) memset(at(file_end), 0, (addr + mem_bytes < placed ? addr + mem_bytes : placed) - file_end);
    if (clears && !(prot & PROT_WRITE) && mprotect(at(start), placed - start, prot) != 0) return LW_ANSWER_REFUSED;
  }
  return placed >= end || mprotect(at(placed), end - placed, prot) == 0 ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}

int32_t lw_memory_protect(uint32_t session, uint64_t addr, uint64_t bytes, uint32_t flags) {
  (void)session;
  return mprotect(at(addr), bytes, prot_of(flags)) == 0 ? LW_ANSWER_DONE : LW_ANSWER_REFUSED;
}

int32_t lw_memory_sync_code(uint32_t session, uint64_t addr, uint64_t bytes) {
  (void)session;
  __builtin___clear_cache(at(addr), (char *)at(addr) + bytes);
  return LW_ANSWER_DONE;
}

typedef uint16_t any16 __attribute__((aligned(1), may_alias));
typedef uint32_t any32 __attribute__((aligned(1), may_alias));
typedef uint64_t any64 __attribute__((aligned(1), may_alias));

INLINE uint32_t lw_memory_load8(uint64_t addr) { return *(unsigned char *)at(addr); }
INLINE uint32_t lw_memory_load16(uint64_t addr) { return *(any16 *)at(addr); }
INLINE uint32_t lw_memory_load32(uint64_t addr) { return *(any32 *)at(addr); }
INLINE uint64_t lw_memory_load64(uint64_t addr) { return *(any64 *)at(addr); }
INLINE void lw_memory_store16(uint64_t addr, uint32_t value) { *(any16 *)at(addr) = (uint16_t)value; }
INLINE void lw_memory_store32(uint64_t addr, uint32_t value) { *(any32 *)at(addr) = value; }
INLINE void lw_memory_store64(uint64_t addr, uint64_t value) { *(any64 *)at(addr) = value; }
INLINE void lw_memory_copy(uint64_t to, uint64_t from, uint64_t bytes) { memmove(at(to), at(from), bytes); }

/* ---- link: libraries are files of the folder; nothing of this process is lent ---- */

static const char *folder;

int32_t lw_link_needed(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes) {
  (void)session, (void)from;
  char path[4096];
  const char *text = at(name);
  bool is_path = memchr(text, '/', name_bytes) != NULL;
  int length = snprintf(path, sizeof path, "%s%s%.*s", is_path ? "" : folder, is_path ? "" : "/", (int)name_bytes, text);
  uint32_t source = length > 0 && length < (int)sizeof path ? host_source(path) : 0;
  return source ? (int32_t)source : LW_ANSWER_REFUSED;
}

/* ---- machine: thread-local blocks lie in a block of the host's own, of the thread that loads ---- */

enum { THREAD_BYTES = 1 << 14, MOST_BLOCKS = 64 };
static _Thread_local char reserve[THREAD_BYTES] __attribute__((aligned(64)));
static struct block {
  uint32_t module; /* 0: none */
  uint64_t start, file_bytes, bytes, image;
} blocks[MOST_BLOCKS];

static struct block *block_of(uint32_t module) {
  for (struct block *each = blocks; each < blocks + MOST_BLOCKS; ++each) {
    if (each->module == module) return each;
  }
  return NULL;
}

int32_t lw_machine_tls_reserve(uint32_t session, uint32_t module, uint32_t machine, uint32_t bits, uint64_t image, uint64_t file_bytes,
                               uint64_t bytes, uint32_t align_log2, uint64_t skew) {
  (void)session, (void)machine, (void)bits;
  uint64_t align = UINT64_C(1) << (align_log2 & 63), end = 0;
  for (struct block *each = blocks; each < blocks + MOST_BLOCKS; ++each) {
    if (each->module && each->start + each->bytes > end) end = each->start + each->bytes;
  }
  uint64_t start = ((end + align - 1 - skew) & -align) + skew;
  struct block *unused = block_of(0);
  if (!unused || align > 64 || bytes > THREAD_BYTES || start > THREAD_BYTES - bytes) return LW_ANSWER_REFUSED;
  *unused = (struct block){module, start, file_bytes, bytes, image};
  return LW_ANSWER_DONE;
}

uint64_t lw_machine_tls_number(uint32_t module) {
  struct block *block = block_of(module);
  return block ? (uint64_t)(block - blocks) + 1 : 0;
}

uint64_t lw_machine_tls_offset(uint32_t module) {
  char *thread;
#ifdef __x86_64__
  __asm__("mov %%fs:0, %0" : "=r"(thread));
#else
  thread = __builtin_thread_pointer();
#endif
  struct block *block = block_of(module);
  return block ? (uint64_t)(reserve + block->start - thread) : LW_NOWHERE;
}

int32_t lw_machine_tls_start(uint32_t session, uint32_t module) {
  (void)session;
  struct block *block = block_of(module);
  if (!block) return LW_ANSWER_REFUSED;
  memcpy(reserve + block->start, at(block->image), block->file_bytes);
  memset(reserve + block->start + block->file_bytes, 0, block->bytes - block->file_bytes);
  return LW_ANSWER_DONE;
}

void lw_machine_tls_release(uint32_t module) {
  struct block *block = block_of(module);
  if (block) block->module = 0;
}

/* ---- log; what is not here hosts/embed/defaults.c has ---- */

void (*host_event)(uint32_t code, uint64_t a, uint64_t b);

INLINE void lw_log_event(uint32_t level, uint32_t code, uint64_t a, uint64_t b) {
  (void)level;
  if (host_event) host_event(code, a, b);
}

#ifdef LW_THREADS
void lw_machine_fence(void) { atomic_thread_fence(memory_order_acq_rel); }
/* No handler here looks anything up. */
void lw_machine_hold_signals(void) {}
void lw_machine_let_signals(void) {}
#endif

#include "../../../hosts/embed/library.c"

/* ---- what the driver calls ---- */

void host_start(const char *libraries) {
  enum { CORE_BYTES = 1 << 30 };
  page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
  folder = libraries;
  void *memory = mmap(NULL, CORE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED || lw_start(memory, CORE_BYTES) != LW_CODE_OK) host_fail("the core has no memory");
}

uint32_t host_settle(uint32_t session) {
  if (lw_advance(session) != LW_ANSWER_DONE) {
    uint64_t name = lw_value(session, LW_FIELD_FAULT_NAME);
    struct file *file = file_at((uint32_t)lw_value(session, LW_FIELD_FAULT_SOURCE));
    host_fail("%s: refused, code %llx, at %llx, value %llx, %.*s", file ? file->path : "?", (unsigned long long)lw_value(session, LW_FIELD_FAULT_CODE),
              (unsigned long long)lw_value(session, LW_FIELD_FAULT_AT), (unsigned long long)lw_value(session, LW_FIELD_FAULT_VALUE),
              name == LW_NONE ? 0 : (int)lw_value(session, LW_FIELD_FAULT_NAME_BYTES), name == LW_NONE ? "" : (char *)at(name));
  }
  uint32_t result = lw_result(session);
  lw_close(session);
  return result;
}
