/* What the files of this host share. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/types.h>
#include "core.h"
#include "include/linkwright.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

#define PUBLIC __attribute__((visibility("default")))
#define INLINE __attribute__((always_inline)) inline

static inline void *at(uint64_t addr) { return (void *)(uintptr_t)addr; }
static inline uint64_t addr_of(const void *pointer) { return (uintptr_t)pointer; }

extern uint64_t page_bytes;
static inline uint64_t page_down(uint64_t addr) { return addr & -page_bytes; }
static inline uint64_t page_up(uint64_t addr) { return page_down(addr + page_bytes - 1); }

/* ---- start.c: the one instance of the core, and the lock around whatever changes it ---- */

/* Opens the core unless it is open; false if there is no memory for it. The lock is held from here on: recursive. */
bool host_enter(void);
void host_leave(void);
/* Gives the system back what the core has taken and does not need any more. The lock is held. */
void host_trim(void);
extern int host_argc;
extern char **host_argv, **host_envp;

/* ---- files.c ---- */

/* What there is of a file while it is looked at. */
struct look {
  char *map;                     /* of it where its image may stay, or all of it */
  size_t map_bytes, shown_bytes; /* of the mapping; of the file in it */
  uint64_t tail;                 /* how far behind its beginning the image can be written to, to its end */
  char *whole;                   /* all of it, if that was wanted */
  char *head;                    /* its first bytes */
  size_t head_bytes;
  char *data; /* a small segment that can be written to */
  uint64_t data_offset;
  size_t data_bytes;
  bool is_image;  /* what its headers say of an image, `map` can serve for */
  bool is_copied; /* `map` is room for an image, which the file's bytes are copied to */
  bool is_taken;  /* `map` became a reservation */
};

struct file {
  char *path;
  uint64_t bytes, bias; /* bias: LW_NONE unless somebody else placed it */
  dev_t device;
  ino_t inode;
  uint32_t source, next; /* its number; the next of its bucket */
  int number;            /* the open file, or -1 */
  bool is_lent;          /* the number is the caller's: not closed here */
  bool is_memory;        /* it is the caller's buffer */
  bool is_adoptable;     /* its pages may become an image's */
  bool is_busy;          /* a load was begun with it */
  bool is_watched;       /* by the guard of a load, which will ask for its size */
  char *buffer;          /* until its owner has it again */
  struct look *look;     /* never null */
  unsigned views, uses;  /* uses: images of it in memory */
  struct file *watched_next;
};

struct file *file_at(uint32_t source);
/* The file of a path, or of an open number; an errno if there is none. The same file is the same record. */
int file_open(const char *path, struct file **file);
int file_of_number(int number, const char *name, struct file **file);
int file_of_memory(void *bytes, size_t size, const char *name, bool is_adoptable, struct file **file);
/* The number that it is open by, which may be a new one; -1: it can't be opened any more. */
int file_number(struct file *file);
/* Opens for reading, or answers -1 with errno. Files that are looked at lend their numbers if there are no others. */
int number_open(const char *path);
/* Nobody has begun anything with it any more. */
void file_drop(struct file *file);
void file_close(struct file *file);
/* Forgets it if nothing holds it that would name it again. */
void file_settle(struct file *file);
/* ---- view.c ---- */

/* Of loads from now on: small files are mapped as large ones are, and not copied. Answers what was. */
bool view_maps(bool only_maps);
/* Maps it where its image may stay, or finds room to copy it to; true if that is done. */
bool view_map(struct file *file);
void view_end(struct file *file);
/* Of a file that nobody looks at: all zero, and never written to. */
extern struct look *const view_nothing;
/* Reads its first bytes, if they are not at hand; false if there is no room for them, or they are gone. */
bool view_head(struct file *file);
/* What was read of it already; null if that has not all of these bytes. */
const char *view_known(const struct file *file, uint64_t offset, uint64_t bytes);

/* True if it is for this machine: ld.so passes over those that are not when it searches. */
bool file_suits(struct file *file);

/* ---- slots.c: room for small images that stays ---- */

void slots_open(void);
/* For an image, whose front is to be laid over and whose tail is to be written to; null if it is no small one, or there are no more. The pages
 * hold anything. */
void *slot_take(uint64_t front, uint64_t tail);
bool slot_holds(const void *start);
bool slot_is_copy(const void *start);
/* For an image of few pages that is copied, all of which can be written to; null as above, or if this system does not let copies run. */
void *slot_take_copy(uint64_t bytes);
/* The system does not let copies run any more. */
void slots_copy_no_more(void);
/* Nobody uses it any more. */
void slot_give(void *start, uint64_t front);

/* ---- memory.c: reservations ---- */

void image_begin(void); /* of a load that no other is inside of */
/* From so many bytes on a writable segment is held by large pages, where there are any. */
enum { IMAGE_LARGE_BYTES = 1 << 20 };
/* A range of so many bytes or more, in which a large page may begin so far behind its start; null if there is none. */
void *image_range(size_t *bytes, uint64_t large);
/* `file` is whose image it will be; `highest` the last address that it should have, LW_NONE for any. */
uint64_t image_reserve(struct file *file, uint64_t bytes, uint32_t align_log2, uint64_t exact, uint64_t highest);
void image_release(uint64_t addr, uint64_t bytes);
/* Whatever lies there; `front`: how much of it is a file's, if it is a slot. */
void image_unmap(void *start, uint64_t bytes, uint64_t front);
bool image_place(struct file *file, uint64_t addr, uint64_t offset, uint64_t file_bytes, uint64_t mem_bytes, uint32_t flags);
bool image_protect(uint64_t addr, uint64_t bytes, uint32_t flags);
/* What was copied gets the permissions that it is to have, before anything of it runs or anybody is told of it; false if the system does not let it. */
bool image_settle(void);
/* The same before a resolver is called, which may be of what was there before. */
bool image_settle_for(uint64_t called);
/* True if that was so in this load: nothing of it may be called. */
bool image_is_refused(void);
void image_sync(uint64_t addr, uint64_t bytes);

/* ---- guard.c: a file that gets shorter while it is read ends the load, not the process ---- */

struct guard {
  bool is_guarded;
  int has_hit;
  struct file *watched;
};
/* Around a load; the lock is held. It may be inside of another one, which `outer` keeps. guard_end: false if a file got shorter. */
void guard_begin(struct guard *outer);
bool guard_end(const struct guard *outer);
/* Around what is called: accesses of others are none of ours. */
bool guard_pause(void);
void guard_resume(bool was_guarded);
/* An image is made of it: it stays open until it was asked for its size. */
void guard_watch(struct file *file);
/* Before anything runs of what this load has put into memory: false if a file got shorter. */
bool guard_ask(void);
/* Nothing of a file that got shorter may be called. */
bool guard_has_hit(void);
/* From here on only what was initialised is finalised. */
void guard_ending(void);

/* ---- search.c: where libraries are ---- */

void search_told(uint64_t session, uint32_t origin, const char *text, size_t bytes, uint32_t rank);
/* The file of a library; null with errno if there is none. */
struct file *search_find(const char *name, size_t bytes);
void search_forget(void);
/* The folder that a file was found in ($ORIGIN), in PATH_MAX bytes; false if it has none. */
bool search_folder_of(const char *path, char *home);
/* The folders that a plain name is looked for in, by what was told, in order; `flags` as dlinfo(3) has them. */
enum { SEARCH_ENVIRONMENT = 2, SEARCH_RUN_PATH = 4, SEARCH_SYSTEM = 64 };
void search_folders(void (*visit)(const char *folder, unsigned flags, void *data), void *data);

/* ---- adopt.c: what the system's linker has loaded ---- */

/* Takes what is new of it into a context's files; false with lw_error() if it can't be. */
void adopt_files(void);
bool adopt_all(uint32_t context);
/* What the program opened for few when it was adopted, it may have opened for all since: true if there is any, which all see from now on. */
bool adopt_widened(uint32_t context);
/* True as long as some of it could not be looked at, because too many files are open. */
extern bool adopt_lacks;
struct file *adopted_named(const char *name, size_t bytes);
struct link_map *adopted_map(uint32_t module); /* null if it is not adopted */
struct link_map *adopted_first(void);         /* the program; null where there is no linker */
struct r_debug *adopted_debug(void);          /* what debuggers read of it */
/* The folders of the program's DT_RPATH, and its file; null if it has none. */
const char *adopted_run_path(uint32_t *origin);
/* The number and the offset of the thread-local block that the system's linker gave a module; false if it is not adopted. */
bool adopted_tls(uint32_t module, size_t *number, intptr_t *offset);

/* ---- real.c ---- */

/* Calls it once, while nothing comes to the system's linker's list of modules nor leaves it; not at all where there is no list. It takes no
 * other lock: malloc's holder may be waiting for the list. */
void real_modules(void (*look)(void *data), void *data);

/* What a name means behind a module of the system's linker, for who can't wait for the core; null if it is nowhere, or thread-local. */
void *host_behind(const struct link_map *map, const char *name);

/* ---- link.c: what a host may say of symbols ---- */

struct say {
  uint32_t context; /* the core's */
  lw_resolver before, after;
  void *resolver_data;
  lw_interceptor interceptor;
  void *interceptor_data;
};

/* What was told of a context; null if nothing was, or for making room for it. */
struct say *say_of(uint32_t context, bool makes);
void say_forget(uint32_t context);
void link_begin(uint32_t context);
uint32_t link_context(void);

/* ---- error.c ---- */

/* Keeps the words of what failed for this thread; answers the code. */
int fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fail_session(uint32_t session);
/* This thread is told of nothing that failed up to now. */
void error_forget(void);
/* Sessions that fail now do so in the system's own words, where it has some: its callers print them, and some read them. */
void error_as_system(bool is_wanted);
/* Notes that a symbol is not there; lw_error() words it. */
int fail_missing(uint32_t module, const char *name, const char *version);
void fail_missing_plain(uint32_t module, const char *name, uint32_t bytes);

/* ---- readers.c: who looks something up without a lock ---- */

struct reader {
  volatile uint32_t depth;
  bool is_known;
  bool is_gone;    /* its thread ends: what still looks something up takes the lock */
  unsigned locked; /* how often it has it for that */
  struct reader *next;
};
extern _Thread_local struct reader reader __attribute__((tls_model("initial-exec")));
void reader_register(void);
/* The thread goes, and its record with it. Destructors of other keys may follow. */
void reader_end(void);
void reader_end_gone(void);
/* Waits until nobody looks who looked when this was called. */
void readers_pass(void);
/* Only the thread that forked is left. */
void readers_forked(void);
extern bool readers_fence;

/* True where beginning takes nothing but a mark. It stays so as long as the thread looks. */
static inline bool reader_is_ready(void) { return reader.is_known && !readers_fence; }
static inline void read_begin_ready(void) {
  __atomic_store_n(&reader.depth, reader.depth + 1, __ATOMIC_RELAXED);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
static inline void read_end_ready(void) {
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  __atomic_store_n(&reader.depth, reader.depth - 1, __ATOMIC_RELEASE);
}

static inline void read_begin(void) {
  if (__builtin_expect(!reader.is_known, 0)) reader_register();
  read_begin_ready();
  if (__builtin_expect(readers_fence, 0)) __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
static inline void read_end(void) {
  read_end_ready();
  if (__builtin_expect(!reader.is_known, 0)) reader_end_gone();
}

/* ---- log.c ---- */

#ifdef LW_NO_LOG
enum { log_level = 0 };
#else
extern int log_level;
#endif
void lw_log_told(uint32_t level, uint32_t code, uint64_t a, uint64_t b);
void log_say(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Nothing is worked out that nobody wants to know. */
#ifdef LW_NO_LOG
#define LOG(level, ...) (0 ? log_say((int)(level), __VA_ARGS__) : (void)0)
#else
#define LOG(level, ...) (__builtin_expect(log_level >= (int)(level), 0) ? log_say((int)(level), __VA_ARGS__) : (void)0)
#endif
/* What is said whatever the level: the process ends behind it. */
void last_words(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- load.c: sessions ---- */

/* The core's context for the public one: LW_PROCESS is made when it is first wanted. 0 with lw_error(). */
uint32_t context_of(lw_context context);
enum { MOST_CONTEXTS = 256 };
/* The core's contexts, from 0 on; 0 behind the last. */
uint32_t context_at(uint32_t index);
int load_file(uint32_t context, struct file *file, unsigned flags, lw_module *module);
/* The same of objects and archives, one or more, which become one module. All but the first are the caller's to drop. */
int load_files(uint32_t context, struct file *const *files, size_t count, unsigned flags, lw_module *module);
int unload(uint32_t handle);
/* Namespaces of dlmopen that nothing is left in go; where there is a family. */
void family_settle(void) __attribute__((weak));
/* The file that is being loaded once more (LW_COPY); 0 if none is. */
extern uint32_t copied_source;
/* Told when a module comes or goes (LW_EVENT_PUBLISHED, LW_EVENT_WITHDRAWN), with the lock held; null for nobody. */
extern void (*on_module)(uint32_t code, uint32_t module);
/* The address that a found symbol stands for in this thread. Ends the looking (read_end): a resolver that is asked may wait for the lock,
 * whose owner may be waiting for those who look. Its module is kept by whoever asks for a symbol of it, as with dlsym. */
void *address_of(uint64_t found);
