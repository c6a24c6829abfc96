/* What would ask a system, and has none: it fails with ENOSYS. Writing to the standard streams prints. */
#include "board.h"
#include "libc.h"

int errno_value;

int *__errno_location(void) { return &errno_value; }

/* The messages of the numbers that this library sets, and of the ones that libraries ask for most. */
char *strerror(int number) {
  switch (number) {
    case 0: return "Success";
    case ENOENT: return "No such file or directory";
    case EBADF: return "Bad file descriptor";
    case ENOMEM: return "Cannot allocate memory";
    case EINVAL: return "Invalid argument";
    case ERANGE: return "Numerical result out of range";
    case ENOSYS: return "The system has no such function";
    default: return "Unknown error";
  }
}

int __xpg_strerror_r(int number, char *to, size_t room) {
  return strlcpy(to, strerror(number), room) < room ? 0 : ERANGE;
}

/* glibc's own answers with the text, which need not be in the caller's buffer. */
char *strerror_r(int number, char *to, size_t room) {
  (void)to, (void)room;
  return strerror(number);
}

long lw_no_system(void) {
  errno_value = ENOSYS;
  return -1;
}

int64_t lw_no_system_64(void) { return lw_no_system(); }

void *lw_no_system_pointer(void) {
  errno_value = ENOSYS;
  return NULL;
}

intptr_t write(int descriptor, const void *from, size_t bytes) {
  if (descriptor != 1 && descriptor != 2) return (errno_value = EBADF), -1;
  const char *at = from;
  for (size_t i = 0; i < bytes; i++) board_put(at[i]);
  return (intptr_t)bytes;
}

/* What the processor can do is all of the auxiliary vector that there is. */
unsigned long getauxval(unsigned long type) {
  enum { AT_HWCAP = 16, AT_HWCAP2 = 26 };
  struct hwcap can = board_hwcap();
  if (type == AT_HWCAP) return (unsigned long)can.first;
  if (type == AT_HWCAP2) return (unsigned long)can.second;
  return errno_value = ENOENT, 0;
}

char *getenv(const char *name) {
  (void)name;
  return NULL;
}
