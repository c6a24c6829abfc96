/* Linux on i386: the number in eax, arguments in ebx, ecx, edx, esi, edi, ebp. syscall(2) */
#pragma once

enum {
  SYS_WRITE = 4,
  SYS_CLOSE = 6,
  SYS_MUNMAP = 91,
  SYS_MPROTECT = 125,
  SYS_PREAD64 = 180,
  SYS_MMAP = 192, /* mmap2 */
  SYS_EXIT_GROUP = 252,
  SYS_OPENAT = 295,
  SYS_FACCESSAT = 307,
  SYS_STATX = 383,
};

static inline long system_call(long number, long a, long b, long c) {
  __asm__ volatile("int $0x80" : "+a"(number) : "b"(a), "c"(b), "d"(c) : "memory");
  return number;
}

/* ebp cannot be asked for: it is the compiler's. */
static inline long system_call6(long number, long a, long b, long c, long d, long e, long f) {
  __asm__ volatile(
    "pushl %[f]\n\tpushl %%ebp\n\tmovl 4(%%esp), %%ebp\n\tint $0x80\n\tpopl %%ebp\n\taddl $4, %%esp"
    : "+a"(number) : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [f] "m"(f) : "memory");
  return number;
}

#define SYSTEM_OFFSET(offset) (long)(offset), (long)((offset) >> 32), 0
#define SYSTEM_PAGES(offset) (long)((offset) >> 12)
