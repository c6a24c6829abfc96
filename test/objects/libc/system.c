/* What a program finds under musl in an image: files in memory, a console, memory, a clock. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "libc.h"
#include "pthread_impl.h"
#include "syscall.h"
#include "system.h"

enum { FILES = 4, OPEN = 8, FIRST_DESCRIPTOR = 3, FILE_ROOM = 1 << 18, PAGE = 4096, PAGES = 4096 };

/* The image's. */
void lw_print(const char *text);

int main(int count, char **arguments, char **environment);

static struct pthread thread;
uintptr_t lw_thread_pointer = (uintptr_t)&thread;

static struct lw_file files[FILES];

static struct {
  struct lw_file *file;
  size_t at;
} descriptors[OPEN];

static char memory[PAGES * PAGE] __attribute__((aligned(PAGE)));
static char taken[PAGES];
static jmp_buf ending;

static void print(const char *text, size_t bytes) {
  char part[256];
  for (size_t length; bytes; text += length, bytes -= length) {
    length = bytes < sizeof part ? bytes : sizeof part - 1;
    memcpy(part, text, length);
    part[length] = 0;
    lw_print(part);
  }
}

/* Files. */

static struct lw_file randomness = {.name = "/dev/urandom"};

static struct lw_file *file_called(const char *name) {
  if (strcmp(name, randomness.name) == 0) return &randomness;
  for (size_t i = 0; i < FILES; ++i)
    if (files[i].name && strcmp(files[i].name, name) == 0) return &files[i];
  return NULL;
}

static struct lw_file *new_file(const char *name) {
  static char names[FILES][64], bytes[FILES][FILE_ROOM];
  for (size_t i = 0; i < FILES; ++i)
    if (!files[i].name && strlen(name) < sizeof *names) {
      files[i] = (struct lw_file){.name = strcpy(names[i], name), .bytes = bytes[i], .room = FILE_ROOM};
      return &files[i];
    }
  return NULL;
}

static long open_file(const char *name, int flags) {
  struct lw_file *file = file_called(name);
  if (!file && !(flags & O_CREAT)) return -ENOENT;
  if (!file) file = new_file(name);
  if (!file) return -ENOSPC;
  if (flags & O_TRUNC) file->size = 0;
  for (int i = 0; i < OPEN; ++i)
    if (!descriptors[i].file) {
      descriptors[i].file = file;
      descriptors[i].at = flags & O_APPEND ? file->size : 0;
      return FIRST_DESCRIPTOR + i;
    }
  return -EMFILE;
}

static struct lw_file *file_of(long descriptor) {
  return descriptor < FIRST_DESCRIPTOR || descriptor >= FIRST_DESCRIPTOR + OPEN ? NULL : descriptors[descriptor - FIRST_DESCRIPTOR].file;
}

static size_t *place_in(long descriptor) { return &descriptors[descriptor - FIRST_DESCRIPTOR].at; }

static long write_part(long descriptor, const char *from, size_t bytes) {
  struct lw_file *file = file_of(descriptor);
  if (descriptor == 1 || descriptor == 2) return print(from, bytes), (long)bytes;
  if (!file) return -EBADF;
  size_t *at = place_in(descriptor);
  if (*at > file->room || bytes > file->room - *at) return -ENOSPC;
  memcpy(file->bytes + *at, from, bytes);
  *at += bytes;
  if (file->size < *at) file->size = *at;
  return (long)bytes;
}

/* Numbers that look like random ones. */
static long fill(char *to, size_t bytes) {
  static uint32_t state = 1;
  for (size_t i = 0; i < bytes; ++i) to[i] = (char)((state = state * 1664525 + 1013904223) >> 24);
  return (long)bytes;
}

static long read_part(long descriptor, char *to, size_t bytes) {
  struct lw_file *file = file_of(descriptor);
  if (!file) return descriptor == 0 ? 0 : -EBADF;
  if (file == &randomness) return fill(to, bytes);
  size_t *at = place_in(descriptor), left = *at < file->size ? file->size - *at : 0;
  if (bytes > left) bytes = left;
  memcpy(to, file->bytes + *at, bytes);
  *at += bytes;
  return (long)bytes;
}

static long seek(long descriptor, long long offset, long whence) {
  struct lw_file *file = file_of(descriptor);
  if (!file) return -ESPIPE;
  const size_t from[] = {[SEEK_SET] = 0, [SEEK_CUR] = *place_in(descriptor), [SEEK_END] = file->size};
  if (whence < 0 || whence > SEEK_END || (long long)from[whence] + offset < 0) return -EINVAL;
  return (long)(*place_in(descriptor) = from[whence] + (size_t)offset);
}

/* Memory: pages of an array. */

static size_t pages_of(size_t bytes) { return bytes / PAGE + (bytes % PAGE != 0); }

static long take_pages(size_t bytes) {
  const size_t wanted = pages_of(bytes);
  for (size_t i = 0, found = 0; i < PAGES; ++i) {
    found = taken[i] ? 0 : found + 1;
    if (found < wanted) continue;
    char *first = memory + (i + 1 - wanted) * PAGE;
    memset(taken + i + 1 - wanted, 1, wanted);
    memset(first, 0, wanted * PAGE);
    return (long)first;
  }
  return -ENOMEM;
}

/* The calls, as Linux numbers them and takes their arguments. */

#define CALL(name) static long name(long a, long b, long c, long d, long e, long f)
#define UNUSED(...) (void)(0, __VA_ARGS__)

CALL(call_write) { return UNUSED(d, e, f), write_part(a, (const char *)b, (size_t)c); }
CALL(call_read) { return UNUSED(d, e, f), read_part(a, (char *)b, (size_t)c); }

CALL(call_writev) {
  long all = 0;
  for (const struct iovec *part = (void *)b, *end = part + c; part < end; ++part) {
    const long bytes = write_part(a, part->iov_base, part->iov_len);
    if (bytes < 0) return bytes;
    all += bytes;
  }
  return UNUSED(d, e, f), all;
}

CALL(call_readv) {
  long all = 0;
  for (const struct iovec *part = (void *)b, *end = part + c; part < end; ++part) {
    const long bytes = read_part(a, part->iov_base, part->iov_len);
    if (bytes < 0) return bytes;
    all += bytes;
  }
  return UNUSED(d, e, f), all;
}

CALL(call_openat) { return UNUSED(a, d, e, f), open_file((const char *)b, (int)c); }

CALL(call_close) {
  UNUSED(b, c, d, e, f);
  if (!file_of(a)) return -EBADF;
  descriptors[a - FIRST_DESCRIPTOR].file = NULL;
  return 0;
}

CALL(call_mmap) {
  UNUSED(a, c, d, f);
  return e == -1 ? take_pages((size_t)b) : -ENODEV;
}

CALL(call_munmap) {
  UNUSED(c, d, e, f);
  memset(taken + ((char *)a - memory) / PAGE, 0, pages_of((size_t)b));
  return 0;
}

/* Time passes when somebody looks. */
CALL(call_clock_gettime) {
  static long long microseconds;
  UNUSED(a, c, d, e, f);
  microseconds += 100;
  *(struct timespec *)b = (struct timespec){.tv_sec = 1700000000 + microseconds / 1000000, .tv_nsec = (long)(microseconds % 1000000 * 1000)};
  return 0;
}

CALL(call_getrandom) { return UNUSED(c, d, e, f), fill((char *)a, (size_t)b); }

CALL(call_exit) {
  UNUSED(b, c, d, e, f);
  longjmp(ending, (int)(a & 0xff) + 1);
}

CALL(call_ioctl) { return UNUSED(a, b, c, d, e, f), -ENOTTY; }
CALL(call_nothing) { return UNUSED(a, b, c, d, e, f), 0; }

#if __SIZEOF_POINTER__ == 8
CALL(call_lseek) { return UNUSED(d, e, f), seek(a, b, c); }
#else
CALL(call_lseek) {
  const long at = seek(a, (long long)((unsigned long long)b << 32 | (unsigned long)c), e);
  if (at < 0) return at;
  *(long long *)d = at;
  return UNUSED(f), 0;
}
#endif

#ifdef SYS_open
CALL(call_open) { return UNUSED(d, e, f), call_openat(0, a, b, c, 0, 0); }
#endif

static const struct {
  long number;
  long (*does)(long a, long b, long c, long d, long e, long f);
} calls[] = {
  {SYS_write, call_write}, {SYS_writev, call_writev}, {SYS_read, call_read}, {SYS_readv, call_readv}, {SYS_openat, call_openat}, {SYS_close, call_close},
#ifdef SYS_open
  {SYS_open, call_open},
#endif
#ifdef SYS__llseek
  {SYS__llseek, call_lseek},
#else
  {SYS_lseek, call_lseek},
#endif
#ifdef SYS_mmap2
  {SYS_mmap2, call_mmap},
#else
  {SYS_mmap, call_mmap},
#endif
#ifdef SYS_clock_gettime64
  {SYS_clock_gettime64, call_clock_gettime},
#else
  {SYS_clock_gettime, call_clock_gettime},
#endif
#ifdef SYS_fcntl64
  {SYS_fcntl64, call_nothing},
#else
  {SYS_fcntl, call_nothing},
#endif
  {SYS_munmap, call_munmap}, {SYS_mprotect, call_nothing}, {SYS_madvise, call_nothing}, {SYS_getrandom, call_getrandom}, {SYS_ioctl, call_ioctl},
  {SYS_exit, call_exit}, {SYS_exit_group, call_exit},
};

long lw_system_call(long number, long a, long b, long c, long d, long e, long f) {
  for (size_t i = 0; i < sizeof calls / sizeof *calls; ++i)
    if (calls[i].number == number) return calls[i].does(a, b, c, d, e, f);
  return -ENOSYS;
}

/* Finalisers are the loader's. */
void __libc_exit_fini(void) {}

/* Runs the program to its end; answers with its status. */
int lw_start(void) {
  static size_t auxiliary[2];
  static char *environment[1];
  thread.self = &thread;
  thread.tid = 1;
  thread.locale = &libc.global_locale;
  libc.auxv = auxiliary;
  libc.page_size = PAGE;
  __environ = environment;
  for (size_t i = 0; lw_given[i].name; ++i) files[i] = lw_given[i];
  int count = 0;
  while (lw_arguments[count]) ++count;
  const int ended = setjmp(ending);
  if (ended == 0) exit(main(count, lw_arguments, environment));
  return ended - 1;
}
