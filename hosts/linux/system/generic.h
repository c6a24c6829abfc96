/* Numbers of calls as the kernel's newer machines have them. */
#pragma once

enum {
  SYS_FACCESSAT = 48,
  SYS_OPENAT = 56,
  SYS_CLOSE = 57,
  SYS_WRITE = 64,
  SYS_PREAD64 = 67,
  SYS_EXIT_GROUP = 94,
  SYS_MUNMAP = 215,
  SYS_MMAP = 222,
  SYS_MPROTECT = 226,
  SYS_STATX = 291,
};
