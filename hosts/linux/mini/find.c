#include "find.h"
#include "system.h"

long open_file(const char *path, struct file *file) {
  struct statx about;
  long answer = system_call(SYS_FACCESSAT, AT_FDCWD, (long)path, X_OK);
  if (system_failed(answer)) return answer;
  /* A FIFO that nobody writes to must not be waited for. */
  long descriptor = system_call6(SYS_OPENAT, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0, 0, 0);
  if (system_failed(descriptor)) return descriptor;
  answer = system_call6(SYS_STATX, descriptor, (long)"", AT_EMPTY_PATH, STATX_TYPE | STATX_SIZE, (long)&about, 0);
  if (!system_failed(answer) && (about.mode & S_IFMT) != S_IFREG) answer = -EISDIR;
  if (system_failed(answer)) {
    system_call(SYS_CLOSE, descriptor, 0, 0);
    return answer;
  }
  *file = (struct file){path, (int)descriptor, about.bytes};
  return 0;
}

static unsigned length_to(const char *text, char end) {
  unsigned length = 0;
  while (text[length] && text[length] != end) length++;
  return length;
}

long find_program(const char *name, const char *path, struct file *file) {
  static char whole[PATH_BYTES]; /* AT_EXECFN leads to it */
  unsigned name_bytes = length_to(name, 0);
  long worst = -ENOENT;
  if (name_bytes == 0) return -ENOENT;
  if (name[length_to(name, '/')]) return open_file(name, file);
  for (;; path++) {
    unsigned folder_bytes = length_to(path, ':'), at = 0;
    if (folder_bytes + name_bytes + 2 <= sizeof whole) {
      for (; at < folder_bytes; at++) whole[at] = path[at];
      if (at > 0) whole[at++] = '/'; /* an empty part is the current folder */
      for (unsigned i = 0; i <= name_bytes; i++) whole[at++] = name[i];
      long answer = open_file(whole, file);
      if (answer == 0) return 0;
      /* One that is there, and may not be executed, is told of if there is no other. */
      if (answer != -ENOENT && answer != -ENOTDIR) worst = answer;
    }
    path += folder_bytes;
    if (!*path) return worst;
  }
}

int read_file(const struct file *file, uint64_t offset, void *into, uintptr_t bytes) {
  char *at = into;
  while (bytes > 0) {
    long count = system_call6(SYS_PREAD64, file->descriptor, (long)at, (long)bytes, SYSTEM_OFFSET(offset));
    if (system_failed(count) || count == 0) return 0;
    at += count, bytes -= (uintptr_t)count, offset += (uint64_t)count;
  }
  return 1;
}
