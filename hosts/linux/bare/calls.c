/* System calls under the names that libc gives them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>
#include "bare.h"

int *__errno_location(void) {
  static _Thread_local int number;
  return &number;
}

int open(const char *path, int flags, ...) { return (int)CALL3(SYS_openat, AT_FDCWD, path, flags); }
int close(int number) { return (int)CALL3(SYS_close, number, 0, 0); }
ssize_t write(int number, const void *from, size_t bytes) { return CALL3(SYS_write, number, from, bytes); }
ssize_t pread(int number, void *to, size_t bytes, off_t offset) { return told(system_call6(SYS_pread64, number, (long)to, (long)bytes, SYSTEM_OFFSET(offset))); }
ssize_t readlink(const char *path, char *to, size_t bytes) { return CALL(SYS_readlinkat, AT_FDCWD, path, to, bytes, 0, 0); }

char *getcwd(char *to, size_t bytes) { return CALL3(SYS_getcwd, to, bytes, 0) < 0 ? NULL : to; }

void *mmap(void *at, size_t bytes, int prot, int flags, int number, off_t offset) {
#ifdef SYS_mmap2
  return (void *)CALL(SYS_mmap2, at, bytes, prot, flags, number, offset >> 12);
#else
  return (void *)CALL(SYS_mmap, at, bytes, prot, flags, number, offset);
#endif
}
int munmap(void *at, size_t bytes) { return (int)CALL3(SYS_munmap, at, bytes, 0); }
int mprotect(void *at, size_t bytes, int prot) { return (int)CALL3(SYS_mprotect, at, bytes, prot); }
int madvise(void *at, size_t bytes, int advice) { return (int)CALL3(SYS_madvise, at, bytes, advice); }
void *mremap(void *at, size_t bytes, size_t wanted, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  void *to = flags & MREMAP_FIXED ? va_arg(rest, void *) : NULL;
  va_end(rest);
  return (void *)CALL(SYS_mremap, at, bytes, wanted, flags, to, 0);
}

/* What this host asks of a file; statx(2) is alike on all machines. */
int fstat(int number, struct stat *found) {
  struct statx all;
  if (CALL(SYS_statx, number, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &all, 0) != 0) return -1;
  *found = (struct stat){
    .st_dev = (dev_t)((uint64_t)all.stx_dev_major << 32 | all.stx_dev_minor), .st_ino = (ino_t)all.stx_ino, .st_mode = all.stx_mode, .st_size = (off_t)all.stx_size,
  };
  return 0;
}

/* The 32-bit machines have it by another name, with the size of what it fills. */
int fstatfs(int number, struct statfs *found) {
#ifdef SYS_fstatfs64
  return (int)CALL3(SYS_fstatfs64, number, sizeof *found, found);
#else
  return (int)CALL3(SYS_fstatfs, number, found, 0);
#endif
}

/* Where a path leads: what the kernel calls what it opens. */
char *realpath(const char *restrict path, char *restrict to) {
  int number = open(path, O_PATH | O_CLOEXEC);
  if (number < 0) return NULL;
  char link[32] = "/proc/self/fd/", *end = link + strlen(link), digits[12];
  size_t count = 0;
  for (int rest = number; rest > 0 || count == 0; rest /= 10) digits[count++] = (char)('0' + rest % 10);
  while (count > 0) *end++ = digits[--count];
  *end = 0;
  ssize_t bytes = readlink(link, to, 4095);
  close(number);
  if (bytes < 0) return NULL;
  to[bytes] = 0;
  return to;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
#ifdef SYS_clock_gettime64
  if (sizeof time->tv_sec == 8) return (int)CALL3(SYS_clock_gettime64, clock, time, 0);
#endif
#ifdef SYS_clock_gettime
  return (int)CALL3(SYS_clock_gettime, clock, time, 0);
#else
  return errno = ENOSYS, -1;
#endif
}

int sched_yield(void) { return (int)CALL3(SYS_sched_yield, 0, 0, 0); }

long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a[6];
  for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
  va_end(rest);
  return told(system_call6(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}

#ifdef __riscv
/* What the compiler calls where code was written. */
int __riscv_flush_icache(void *start, void *end, unsigned long flags) { return (int)CALL3(SYS_riscv_flush_icache, start, end, flags); }
#endif

_Noreturn void _exit(int status) {
  for (;;) system_call(SYS_exit_group, status, 0, 0);
}

/* As a signal that nobody catches has it. */
_Noreturn void abort(void) { _exit(128 + 6); }
