/* A process without libc, from its first instructions on: the kernel's stack, the first thread's block, constructors. */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>
#include "bare.h"
#include "ending.h"
#include "host.h"

static const ElfW(auxv_t) *auxiliary;
char **environ;

unsigned long getauxval(unsigned long type) {
  for (const ElfW(auxv_t) *each = auxiliary; each && each->a_type != AT_NULL; ++each) {
    if (each->a_type == type) return (unsigned long)each->a_un.a_val;
  }
  return 0;
}

char *getenv(const char *name) {
  size_t bytes = strlen(name);
  for (char **each = environ; each && *each; ++each) {
    if (strncmp(*each, name, bytes) == 0 && (*each)[bytes] == '=') return *each + bytes + 1;
  }
  return NULL;
}

long sysconf(int name) { return name == _SC_PAGESIZE ? (long)getauxval(AT_PAGESZ) : -1; }

/* ---- the first thread's block. ELF Handling for Thread-Local Storage, 3.4 ---- */

#if defined __x86_64__ || defined __i386__
enum { TCB_BYTES = 0, IS_BELOW = 1 };
#elif defined __aarch64__
enum { TCB_BYTES = 16, IS_BELOW = 0 };
#elif defined __arm__
enum { TCB_BYTES = 8, IS_BELOW = 0 };
#else
enum { TCB_BYTES = 0, IS_BELOW = 0 };
#endif

/* What lies at the thread pointer on x86: itself, and the canary of stack protectors. */
struct head {
  void *self;
  uintptr_t rest[4], canary, more[10];
};

static bool point(char *at) {
#if defined __x86_64__
  enum { ARCH_SET_FS = 0x1002 };
  return system_call(SYS_arch_prctl, ARCH_SET_FS, (long)at, 0) == 0;
#elif defined __i386__
  struct { unsigned entry, base, limit, flags; } descriptor = {-1u, (unsigned)at, 0xfffff, 0x51};
  if (system_call(SYS_set_thread_area, (long)&descriptor, 0, 0) != 0) return false;
  __asm__ volatile("movw %w0, %%gs" : : "q"(descriptor.entry * 8 + 3));
  return true;
#elif defined __aarch64__
  __asm__ volatile("msr tpidr_el0, %0" : : "r"(at));
  return true;
#elif defined __arm__
  return system_call(0xf0005, (long)at, 0, 0) == 0;
#elif defined __riscv
  __asm__ volatile("mv tp, %0" : : "r"(at));
  return true;
#else
  __asm__ volatile("move $tp, %0" : : "r"(at));
  return true;
#endif
}

/* Nothing here may use a thread's own variables; errno is one. */
static bool block_begin(void) {
  const ElfW(Phdr) *headers = (const void *)getauxval(AT_PHDR), *image = NULL;
  for (unsigned long i = 0; i < getauxval(AT_PHNUM); ++i) {
    if (headers[i].p_type == PT_TLS) image = &headers[i];
  }
  size_t align = image && image->p_align > 64 ? image->p_align : 64, bytes = image ? (image->p_memsz + align - 1) & -align : 0;
  long answer = system_call6(
#ifdef SYS_mmap2
    SYS_mmap2,
#else
    SYS_mmap,
#endif
    0, (long)(bytes + 2 * align + sizeof(struct head)), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (system_failed(answer)) return false;
  char *start = at(((uint64_t)answer + align - 1) & -(uint64_t)align);
  char *thread = IS_BELOW ? start + bytes : start, *block = thread;
  if (image) {
    // Where the linker has put it: as near to the thread pointer as its alignment lets it be.
    if (IS_BELOW) block = thread - ((image->p_memsz + image->p_align - 1) & -(image->p_align ? image->p_align : 1));
    else block = thread + ((TCB_BYTES + image->p_align - 1) & -(image->p_align ? image->p_align : 1));
    memcpy(block, (const void *)(uintptr_t)image->p_vaddr, image->p_filesz);
  }
  if (IS_BELOW) {
    struct head *head = (struct head *)thread;
    head->self = head;
    memcpy(&head->canary, (const void *)getauxval(AT_RANDOM), sizeof head->canary);
  }
  return point(thread);
}

/* ---- constructors, and what is done at the end ---- */

typedef void constructor(int count, char **arguments, char **environment);
extern constructor *__init_array_start[] __attribute__((weak, visibility("hidden"))), *__init_array_end[] __attribute__((weak, visibility("hidden")));

bool is_ending;

enum { MOST_AT_END = 32 };
static void (*at_end[MOST_AT_END])(void);
static unsigned end_count;

int atexit(void (*run)(void)) { return end_count < MOST_AT_END ? at_end[end_count++] = run, 0 : -1; }

PUBLIC void lw_process_begin(uintptr_t *stack) {
  host_argc = (int)stack[0];
  host_argv = (char **)stack + 1;
  host_envp = environ = host_argv + host_argc + 1;
  char **end = environ;
  while (*end) ++end;
  auxiliary = (const ElfW(auxv_t) *)(end + 1);
  if (!block_begin()) _exit(127);
  for (constructor **each = __init_array_start; each < __init_array_end; ++each) (*each)(host_argc, host_argv, host_envp);
}

PUBLIC void lw_process_end(void) {
  is_ending = true;
#ifndef LW_NO_TLS
  lw_thread_end();
#endif
  while (end_count > 0) at_end[--end_count]();
}

/* A module that another linker loaded, of which there is none. */
void *__tls_get_addr(const void *index) {
  (void)index;
  last_words("a thread-local variable of nobody was asked for");
  abort();
}
void *__dso_handle __attribute__((visibility("hidden"))) = &__dso_handle;
