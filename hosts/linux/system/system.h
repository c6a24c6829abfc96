/* The kernel's calls, without a libc: numbers, and how a call is made. What a call answers is what the kernel does: a
 * number from -4095 to -1 is a negated errno. */
#pragma once
#include "call.h"

/* What is the same on all of them. */
enum {
  AT_FDCWD = -100,
  AT_EMPTY_PATH = 0x1000,
  O_RDONLY = 0,
  O_NONBLOCK = 0x800,
  O_CLOEXEC = 0x80000,
  X_OK = 1,
  PROT_NONE = 0,
  PROT_READ = 1,
  PROT_WRITE = 2,
  PROT_EXEC = 4,
  MAP_PRIVATE = 2,
  MAP_FIXED = 0x10,
  MAP_ANONYMOUS = 0x20,
  MAP_NORESERVE = 0x4000,
  MAP_FIXED_NOREPLACE = 0x100000,
  STATX_TYPE = 1,
  STATX_SIZE = 0x200,
  S_IFMT = 0170000,
  S_IFREG = 0100000,
  ENOENT = 2,
  ENOEXEC = 8,
  ENOMEM = 12,
  EACCES = 13,
  ENOTDIR = 20,
  EISDIR = 21,
  EINVAL = 22,
  ENAMETOOLONG = 36,
  ELOOP = 40,
};

/* statx(2) fills in this, the same on every machine. */
struct statx {
  unsigned mask, block_bytes;
  unsigned long long attributes;
  unsigned links, owner, group;
  unsigned short mode, spare;
  unsigned long long inode, bytes, blocks, rest[25];
};
_Static_assert(sizeof(struct statx) == 256, "statx(2)");
