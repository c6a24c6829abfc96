/* Linkwright in a Linux process: loads ELF modules, as dlopen does, faster and with more to say.
 *
 * Functions that may fail answer LW_OK or another code of docs/faults.md, and leave the process as it was; lw_error() words what the
 * last failure of this thread was about. Handles are numbers: 0 is none, and one that is stale or made up is refused.
 * All functions may be called by any thread at any time, by constructors and by what is called back, too. */
#ifndef LINKWRIGHT_H
#define LINKWRIGHT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A namespace of modules. LW_PROCESS is the one that is there from the beginning: what the system's linker has loaded is in it. In
 * every other one only what is needed of that is. */
typedef uint32_t lw_context;
typedef uint32_t lw_module;
#define LW_PROCESS ((lw_context)0)

enum { LW_OK = 0, LW_NO_MODULE = 1 };

/* How a module is loaded; or-ed. Without any, it is bound at once and seen by what needs it only. */
enum {
  LW_GLOBAL = 1,      /* every later load of the context sees its symbols */
  LW_MISSING = 4,     /* a symbol that nobody defines is 0 */
  LW_LAZY = 16,       /* functions are bound when they are first called */
  LW_TEXT = 32,       /* text may be relocated (DT_TEXTREL) */
  LW_DEEP = 64,       /* its own libraries come before what is global */
  LW_COPY = 128,      /* one more copy of a file that may be loaded already; nobody else finds it */
  LW_NODELETE = 256,  /* it stays until its context is closed */
  LW_PATCHABLE = 512, /* lw_patch() may lead its references elsewhere */
  LW_NOLOAD = 1 << 16, /* only what is loaded already */
  LW_TAKE = 1 << 17,  /* lw_open_memory: the buffer is given away; its pages become the module's where that can be */
  LW_MAPPED = 1 << 18, /* small files are mapped, too, and not copied: profilers find them by name in /proc/self/maps */
};

/* ---- contexts ---- */

int lw_context_open(lw_context *context);
/* Finalises and releases everything in it. Refused while a thread has thread-local objects of one of its modules: they end with the thread. */
int lw_context_close(lw_context context);

/* ---- modules ---- */

/* A path with a slash is that file, and so is a name that ends in .o, .ko or .a; any other name is searched for as the system does. `module` gets a
 * reference of the caller's. */
int lw_open(lw_context context, const char *path, unsigned flags, lw_module *module);
/* Objects (.o) and archives of them (.a), as a linker takes them on its command line: they become one new module, which is known by the first
 * one's name. Of the archives behind the first file, what the others need. An object or archive alone may be opened by the other functions, too. */
int lw_open_objects(lw_context context, const char *const *paths, size_t count, unsigned flags, lw_module *module);
/* The file stays the caller's, who may close it when this comes back. The name is for lw_error() and lists; null: what the system says. */
int lw_open_fd(lw_context context, int file, const char *name, unsigned flags, lw_module *module);
/* The bytes are copied, and may go when this comes back. With LW_TAKE they are private pages that mmap gave, and are gone when this comes
 * back, whatever it answers; unless they don't begin at a page: then it answers LW_CODE_BAD_FLAGS, and they are not. */
int lw_open_memory(lw_context context, void *bytes, size_t size, const char *name, unsigned flags, lw_module *module);
/* Gives the reference back; the last one unloads the module if nothing else needs it. */
int lw_close(lw_module module);
/* One more reference. */
int lw_retain(lw_module module);

/* ---- symbols ---- */

/* The address of a function or variable of a module or what it needs; of a thread-local one, this thread's; null if there is none
 * (or if that is its value: then lw_error() says nothing). Takes no lock. */
void *lw_symbol(lw_module module, const char *name);
void *lw_symbol_version(lw_module module, const char *name, const char *version);
/* Among what every load of a context sees. */
void *lw_global(lw_context context, const char *name);
/* In what comes behind a module. */
void *lw_next(lw_module module, const char *name);

/* Leads a module's references to a symbol elsewhere (LW_PATCHABLE); null: back to where they were bound. `places`, if given: how many. */
int lw_patch(lw_module module, const char *name, void *address, unsigned *places);

/* ---- questions ---- */

struct lw_info {
  lw_module module;
  const char *path;   /* as it was found; valid as long as the module is there */
  void *base;         /* lowest address */
  size_t bytes;       /* from there on */
  uintptr_t bias;     /* address - p_vaddr */
  const void *dynamic; /* its dynamic section, or null */
  const void *headers; /* its program headers, or null where they are not in memory */
  unsigned header_count;
  unsigned references; /* that were taken by lw_open and lw_retain */
  int is_adopted;      /* the system's linker loaded it */
};

int lw_module_info(lw_module module, struct lw_info *info);

/* Calls `visit` for each module of a context, in the order they were loaded, until it does not answer 0; answers what it did last. */
int lw_modules(lw_context context, int (*visit)(const struct lw_info *info, void *data), void *data);

struct lw_place {
  lw_module module;
  const char *symbol; /* null: none holds the address */
  void *address;      /* of the symbol */
  size_t bytes;
};

/* Of a module of objects: where the first of its sections of this name lies, and how many bytes it has, where it is one that compilers do not make by
 * themselves (linker sets, tables of exports). The sections of several objects whose name is a C identifier lie together: `bytes` is of all. Null if it has none. */
void *lw_section(lw_module module, const char *name, size_t *bytes);

/* Which module and which symbol an address is in; LW_NO_MODULE if it is in none. Takes no lock. */
int lw_address(lw_context context, const void *address, struct lw_place *place);

/* What the last failure of this thread was about, in words; null if there was none since this was asked. */
const char *lw_error(void);

/* ---- threads ---- */

/* This thread begins: it has run nothing of a module yet. Needless for threads that pthread_create or thrd_create made, if the library is
 * linked or preloaded. Of other threads it initialises the thread-local variables that lie at a fixed offset (initial-exec). */
void lw_thread_begin(void);
/* It runs nothing of a module any more: its thread-local blocks are given back. */
void lw_thread_end(void);

/* ---- the host's say ---- */

/* What a symbol is looked up for: `version` is null where none is asked for. */
struct lw_reference {
  lw_context context;
  const char *path; /* of the file that needs it */
  const char *name;
  const char *version;
};

/* Answers where the symbol is, or null for no say. It is called while the context is locked by this thread, or without a lock for
 * what is bound when it is called (LW_LAZY). */
typedef void *(*lw_resolver)(const struct lw_reference *reference, void *data);

/* Asked before the lookup, and where it finds nothing; each may be null. For the loads from now on. */
int lw_resolvers(lw_context context, lw_resolver before, lw_resolver after, void *data);

struct lw_relocation {
  lw_module owner; /* the module that defines the symbol; 0: nobody, or the host */
  const char *path; /* of the file that is relocated */
  const char *name;
  unsigned type;    /* as the psABI numbers them */
  void *place;
  void *value;      /* what the symbol is bound to */
};

/* Answers what is to be taken instead of `value`, or `value`. Asked for each relocation that names a symbol. */
typedef void *(*lw_interceptor)(const struct lw_relocation *relocation, void *data);

int lw_intercept(lw_context context, lw_interceptor interceptor, void *data);

/* ---- where there is no libc: only the library that was built to make system calls itself has these ---- */

/* What comes first in a process, with the stack as the kernel gave it; and last. */
void lw_process_begin(uintptr_t *stack);
void lw_process_end(void);

/* ---- dlopen's family, where it is this library's: beside <dlfcn.h> ---- */

/* A mode of dlopen: one more copy of a file that may be open already; nobody else finds it. */
#define RTLD_COPY 0x10000000
/* A handle for dlsym: the caller, and what comes behind it. As BSD has it. */
#ifndef RTLD_SELF
#define RTLD_SELF ((void *)-3)
#endif

#ifdef __cplusplus
}
#endif

#endif
