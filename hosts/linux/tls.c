#define _GNU_SOURCE
#include "tls.h"
#include "machine.h"
#include "pool.h"
#include "template.h"
#include "thread.h"
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The process's own, for blocks that are not ours. A static program need not have it: there all are. */
struct tls_index {
  uintptr_t number, offset;
};
extern void *__tls_get_addr(const struct tls_index *index) __attribute__((weak));

/* The end of the process: there is nobody who could be told. */
_Noreturn void lw_trap(const char *cause);

/* Numbers up to FIRST are ld.so's for what ld.so loaded, as long as it does not need more: whoever asks dl_iterate_phdr for the number of a
 * module gets one that means the same here. */
enum {
  NUMBERS = 4096,
  FIRST = 256,
  RESERVE_BYTES = 4096,
  RESERVE_ALIGN = 64,
  BUCKETS = 1024
};
_Static_assert((BUCKETS & (BUCKETS - 1)) == 0 && NUMBERS <= 1 << 16, "numbers fit into the upper half of a descriptor's argument of 32 bits");

/* ---- what is there by number ---- */

static struct block {
  uint32_t module;  /* 0: the number is free */
  unsigned next;    /* of the same bucket, or the next free one */
  struct tls_wish wish;
  intptr_t offset;  /* TLS_NOWHERE: each thread has it elsewhere */
  unsigned count;   /* threads that have it elsewhere */
  bool has_started;
  unsigned start;   /* of a fixed one: it was so manieth that began */
  size_t id;        /* ld.so's, where the block is not ours */
} blocks[NUMBERS];

static unsigned buckets[BUCKETS], unused, fresh = FIRST;

static bool is_ours(const struct block *block) { return block->module && !block->id; }
static bool is_fixed(const struct block *block) { return block->offset != TLS_NOWHERE; }

/* ---- what each thread has ---- */

/* Addresses of a thread's blocks by number, null for one that it has not touched. */
struct table {
  struct table *next; /* of those that came too late */
  const struct thread *thread;
  long id; /* of one that came too late: its thread's, for the kernel */
  _Atomic(uintptr_t) blocks[NUMBERS];
};

/* Every thread begins with this: no block at all. */
static _Atomic(uintptr_t) none[NUMBERS];

#define EACH_THREADS _Thread_local __attribute__((tls_model("initial-exec"), visibility("hidden"), section(".tdata")))

/* The table is first, where arch/<machine>/tls.S reads it. */
EACH_THREADS struct thread {
  _Atomic(uintptr_t) *blocks;
  struct thread *next, **link; /* of the threads that are known */
  bool is_known;               /* that it is among them: only the thread itself looks */
  unsigned starts;             /* how many blocks' beginnings it has seen, or its image had when it began */
  bool has_ended;
} tls_own = {.blocks = none};

/* What follows it in memory is also its own in every thread, and in the image of threads to be. */
static EACH_THREADS char reserve[RESERVE_BYTES] __attribute__((aligned(RESERVE_ALIGN)));

static struct thread *threads;
static struct table *late_tables;
static unsigned starts;
static char *template; /* where new threads' tls_own comes from */
static size_t reserve_used;

static inline char *thread_pointer(void) {
  char *pointer;
  __asm__(THREAD_POINTER : "=r"(pointer));
  return pointer;
}

void *tls_thread(void) { return thread_pointer(); }

/* The offset of the reserve: the same in all threads. */
static intptr_t reserve_offset(void) { return reserve - thread_pointer(); }

/* From a thread's tls_own, or its image, to what is at this offset from the thread pointer. */
static char *at_offset(char *thread, intptr_t offset) { return thread + (offset - ((char *)&tls_own - thread_pointer())); }

static struct table *table_of(const struct thread *thread) {
  if (thread->blocks == none) return NULL;
  return (struct table *)((char *)thread->blocks - offsetof(struct table, blocks));
}

/* ---- contents ---- */

/* Neither memcpy nor vectors: callers of a descriptor keep vectors in registers, of which arch/<machine>/tls.S saves what it can. */
__attribute__((no_builtin("memcpy", "memset"))) static void fill(char *to, const struct tls_wish *wish) {
  const char *from = (const char *)wish->image;
#pragma clang loop vectorize(disable) unroll(disable)
  for (size_t i = 0; i < wish->file_bytes; i++) to[i] = from[i];
#pragma clang loop vectorize(disable) unroll(disable)
  for (size_t i = wish->file_bytes; i < wish->bytes; i++) to[i] = 0;
}

/* In the image before the threads that are there: one that begins meanwhile is among them, or has it from the image (tls_thread_begin). */
static bool fill_fixed(struct block *block) {
  if (!template || !template_open()) return false;
  block->start = ++starts;
  fill(at_offset(template, block->offset), &block->wish);
  ((struct thread *)template)->starts = starts;
  template_close();
  for (struct thread *each = threads; each; each = each->next) {
    fill(at_offset((char *)each, block->offset), &block->wish);
    each->starts = starts;
  }
  return true;
}

/* This thread was not among them, and was not made from the image as it is now. */
static void catch_up(struct thread *thread) {
  for (unsigned i = FIRST; i < fresh && thread->starts != starts; i++) {
    const struct block *each = &blocks[i];
    if (is_ours(each) && is_fixed(each) && each->start > thread->starts) fill(at_offset((char *)thread, each->offset), &each->wish);
  }
  thread->starts = starts;
}

static void fill_scattered(const struct table *table, const struct block *block) {
  uintptr_t at = table ? atomic_load_explicit(&table->blocks[block - blocks], memory_order_relaxed) : 0;
  if (at) fill((char *)at, &block->wish);
}

/* ---- where a block of fixed offset lies ---- */

static size_t up(size_t value, size_t align) { return (value + align - 1) & -align; }

static const struct block *overlapping(intptr_t offset, size_t bytes) {
  for (unsigned i = FIRST; i < fresh; i++) {
    const struct block *each = &blocks[i];
    if (!is_ours(each) || !is_fixed(each)) continue;
    if (offset < each->offset + (intptr_t)each->wish.bytes && each->offset < offset + (intptr_t)bytes) return each;
  }
  return NULL;
}

/* The first room that there is. A block that a thread has elsewhere already stays there. */
static void settle(struct block *block) {
  const struct tls_wish *wish = &block->wish;
  if (block->count || !template || wish->align > RESERVE_ALIGN || wish->bytes > RESERVE_BYTES) return;
  size_t at = wish->skew;
  for (const struct block *other; (other = overlapping(reserve_offset() + (intptr_t)at, wish->bytes));) {
    at = up((size_t)(other->offset - reserve_offset()) + other->wish.bytes - wish->skew, wish->align) + wish->skew;
  }
  if (at > RESERVE_BYTES - wish->bytes) return;
  block->offset = reserve_offset() + (intptr_t)at;
  if (at + wish->bytes > reserve_used) reserve_used = at + wish->bytes;
  if (block->has_started && !fill_fixed(block)) block->offset = TLS_NOWHERE;
}

/* ---- blocks of modules ---- */

static unsigned number_of(uint32_t module) {
  unsigned number = module ? buckets[module % BUCKETS] : 0;
  while (number && blocks[number].module != module) number = blocks[number].next;
  return number;
}

static unsigned take_number(void) {
  unsigned number = unused;
  if (number) unused = blocks[number].next;
  else if (fresh < NUMBERS) number = fresh++;
  return number;
}

static unsigned add(unsigned number, const struct block *block) {
  if (number == 0) return 0;
  unsigned *bucket = &buckets[block->module % BUCKETS];
  blocks[number] = *block;
  blocks[number].next = *bucket;
  *bucket = number;
  return number;
}

bool tls_reserve(uint32_t module, const struct tls_wish *wish) {
  sigset_t signals;
  threads_lock(&signals);
  unsigned number = add(take_number(), &(struct block){.module = module, .wish = *wish, .offset = TLS_NOWHERE});
  threads_unlock(&signals);
  return number != 0;
}

/* glibc has room for blocks of fixed offset, and makes others when they are touched: what lies elsewhere lies there in this thread only. */
static bool is_in_static_room(intptr_t offset) {
  void (*ask)(size_t *bytes, size_t *align) = host_next("_dl_get_tls_static_info");
  size_t bytes = 0, align = 0;
  if (ask) ask(&bytes, &align);
  return offset > -(intptr_t)bytes && offset < (intptr_t)bytes;
}

/* What ld.so loaded is known here from when it is asked for. Two contexts may know one such module by two handles. */
static unsigned adopt(uint32_t module) {
  size_t id = 0;
  intptr_t offset = TLS_NOWHERE;
  if (!module || !adopted_tls(module, &id, &offset) || id == 0) return 0;
  if (!is_in_static_room(offset)) offset = TLS_NOWHERE;
  sigset_t signals;
  threads_lock(&signals);
  unsigned number = number_of(module);
  bool is_first = id < FIRST && !blocks[id].module;
  if (!number) number = add(is_first ? (unsigned)id : take_number(), &(struct block){.module = module, .offset = offset, .id = id});
  threads_unlock(&signals);
  return number;
}

unsigned tls_number(uint32_t module) {
  sigset_t signals;
  threads_lock(&signals);
  unsigned number = number_of(module);
  threads_unlock(&signals);
  return number ? number : adopt(module);
}

intptr_t tls_offset(uint32_t module) {
  unsigned number = tls_number(module);
  if (!number) return TLS_NOWHERE;
  struct block *block = &blocks[number];
  if (is_fixed(block) || !is_ours(block)) return block->offset;
  sigset_t signals;
  tls_thread_begin(false);
  threads_lock(&signals);
  settle(block);
  threads_unlock(&signals);
  return block->offset;
}

bool tls_start(uint32_t module) {
  sigset_t signals;
  bool is_done = true;
  tls_thread_begin(false);
  threads_lock(&signals);
  struct block *block = &blocks[number_of(module)];
  if (is_fixed(block)) is_done = fill_fixed(block);
  else if (block->count) {
    for (struct thread *each = threads; each; each = each->next) fill_scattered(table_of(each), block);
    for (struct table *each = late_tables; each; each = each->next) fill_scattered(each, block);
  }
  block->has_started = is_done;
  threads_unlock(&signals);
  return is_done;
}

static void drop(struct table *table, unsigned number) {
  uintptr_t at = table ? atomic_exchange_explicit(&table->blocks[number], 0, memory_order_relaxed) : 0;
  const struct tls_wish *wish = &blocks[number].wish;
  if (at && !is_fixed(&blocks[number]) && is_ours(&blocks[number])) {
    pool_give((void *)(at - wish->skew), wish->bytes + wish->skew, wish->align);
    blocks[number].count--;
  }
}

static void release(uint32_t module, unsigned number) {
  for (struct thread *each = threads; each; each = each->next) drop(table_of(each), number);
  for (struct table *each = late_tables; each; each = each->next) drop(each, number);
  unsigned *from = &buckets[module % BUCKETS];
  while (*from != number) from = &blocks[*from].next;
  *from = blocks[number].next;
  blocks[number] = (struct block){.next = unused};
  if (number >= FIRST) unused = number;
}

void tls_release(uint32_t module) {
  sigset_t signals;
  threads_lock(&signals);
  unsigned number = number_of(module);
  if (number) release(module, number);
  threads_unlock(&signals);
}

/* ---- blocks of this thread ---- */

static void drop_table(struct table *table) {
  for (unsigned i = 1; i < fresh; i++) drop(table, i);
  pool_give(table, sizeof *table, _Alignof(struct table));
}

/* The kernel may give the number to another thread: then it is for later. */
static bool is_gone(const struct table *table) { return syscall(SYS_tgkill, syscall(SYS_getpid), table->id, 0) != 0 && errno == ESRCH; }

/* Of threads that are no more, and of one whose memory has become this one's. Null: of all. */
static void drop_late(const struct thread *thread) {
  for (struct table **each = &late_tables; *each;) {
    struct table *table = *each;
    if (thread && table->thread != thread && !is_gone(table)) {
      each = &table->next;
      continue;
    }
    *each = table->next;
    drop_table(table);
  }
}

/* A thread that has ended, and yet runs another destructor, keeps what it touches until somebody sees that it is gone. */
static struct table *own_table(void) {
  struct table *table = table_of(&tls_own);
  if (table) return table;
  table = pool_take(sizeof *table, _Alignof(struct table));
  if (!table) return NULL;
  table->thread = &tls_own;
  if (tls_own.has_ended) {
    table->id = syscall(SYS_gettid);
    table->next = late_tables;
    late_tables = table;
  }
  tls_own.blocks = table->blocks;
  return table;
}

static char *make(struct block *block) {
  const struct tls_wish *wish = &block->wish;
  size_t bytes;
  if (__builtin_add_overflow(wish->bytes, wish->skew, &bytes)) return NULL;
  char *at = pool_take(bytes, wish->align);
  if (!at) return NULL;
  fill(at + wish->skew, wish);
  block->count++;
  return at + wish->skew;
}

static char *block_of_another(size_t id) {
  return !__tls_get_addr ? NULL : __tls_get_addr(&(struct tls_index){id, -(uintptr_t)TLS_BIAS});
}

/* Where this thread's block of a number is: what arch/<machine>/tls.S asks where it finds none. */
__attribute__((visibility("hidden"))) char *tls_block(uintptr_t number) {
  sigset_t signals;
  char *at = NULL;
  tls_thread_begin(false);
  threads_lock(&signals);
  struct block *block = number < NUMBERS ? &blocks[number] : NULL;
  size_t id = block && block->module ? block->id : number < FIRST ? number : 0;
  struct table *table = own_table();
  if (block && block->module && table) {
    at = (char *)atomic_load_explicit(&table->blocks[number], memory_order_relaxed);
    if (!at && is_fixed(block)) at = thread_pointer() + block->offset;
    else if (!at && !id) at = make(block);
    atomic_store_explicit(&table->blocks[number], (uintptr_t)at, memory_order_relaxed);
  }
  threads_unlock(&signals);
  if (!at && id) {
    at = block_of_another(id);
    /* Who is bound to it relies on its staying anyway. */
    if (block->module && table) atomic_store_explicit(&table->blocks[number], (uintptr_t)at, memory_order_relaxed);
  }
  if (!at) lw_trap("thread-local storage: no memory, or no such module");
  return at;
}

void *tls_address(uint32_t module) {
  unsigned number = tls_number(module);
  void *at = tls_peek(module);
  return at || !number ? at : tls_block(number);
}

void *tls_peek(uint32_t module) {
  unsigned number = tls_number(module);
  if (number && is_fixed(&blocks[number])) return thread_pointer() + blocks[number].offset;
  return (void *)atomic_load_explicit(&tls_own.blocks[number], memory_order_relaxed);
}

/* ---- threads ---- */

void tls_thread_begin(bool is_fresh) {
  struct thread *thread = &tls_own;
  if (thread->is_known || thread->has_ended) return;
  sigset_t signals;
  threads_lock(&signals);
  if (!template) template = template_find(none);
  /* Its image may have been copied while it was written. */
  if (is_fresh && template) memcpy(reserve, at_offset(template, reserve_offset()), reserve_used);
  if (is_fresh) thread->starts = starts;
  catch_up(thread);
  drop_late(thread);
  thread->next = threads;
  thread->link = &threads;
  if (threads) threads->link = &thread->next;
  threads = thread;
  thread->is_known = true;
  threads_unlock(&signals);
  threads_watch();
}

static void forget(struct thread *thread) {
  struct table *table = table_of(thread);
  if (thread->next) thread->next->link = thread->link;
  *thread->link = thread->next;
  if (table) drop_table(table);
}

void tls_thread_end(void) {
  struct thread *thread = &tls_own;
  if (!thread->is_known) return;
  sigset_t signals;
  threads_lock(&signals);
  forget(thread);
  *thread = (struct thread){.blocks = none, .starts = starts, .has_ended = true};
  threads_unlock(&signals);
}

static sigset_t forking; /* the signals of the thread that forks */

void tls_before_fork(void) { threads_lock(&forking); }

/* The child has this thread only. */
void tls_after_fork(bool is_child) {
  if (is_child) {
    struct thread *next;
    for (struct thread *each = threads; each; each = next) {
      next = each->next;
      if (each != &tls_own) forget(each);
    }
    drop_late(NULL);
  }
  sigset_t signals = forking;
  threads_unlock(&signals);
}
