/* Formatted text, by the formats of the bare-metal host, and the words of what the kernel refuses. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "bare.h"
#include "runtime.h"

struct sink {
  char *at;
  size_t room, count;
};
void format_into(struct sink *sink, const char *format, va_list arguments);

/* Where text goes that has no buffer: there is none of it here. */
void board_put(char c) { (void)c; }

/* The formats' own. */
int errno_value;

int vsnprintf(char *restrict to, size_t room, const char *restrict format, va_list arguments) {
  char none;
  struct sink sink = {.at = room > 0 ? to : &none, .room = room > 0 ? room - 1 : 0};
  format_into(&sink, format, arguments);
  if (room > 0) to[sink.count < room ? sink.count : room - 1] = 0;
  return (int)sink.count;
}

int snprintf(char *restrict to, size_t room, const char *restrict format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int bytes = vsnprintf(to, room, format, arguments);
  va_end(arguments);
  return bytes;
}

static const struct {
  int number;
  const char *words;
} refusals[] = {
  {EPERM, "Operation not permitted"}, {ENOENT, "No such file or directory"}, {EIO, "Input/output error"}, {EBADF, "Bad file descriptor"},
  {ENOMEM, "Cannot allocate memory"}, {EACCES, "Permission denied"}, {ENODEV, "No such device"}, {ENOTDIR, "Not a directory"},
  {EISDIR, "Is a directory"}, {EINVAL, "Invalid argument"}, {ENFILE, "Too many open files in system"}, {EMFILE, "Too many open files"},
  {ENAMETOOLONG, "File name too long"}, {ENOSYS, "The system has no such function"}, {ELOOP, "Too many levels of symbolic links"}, {EFBIG, "File too large"},
};

char *strerror(int number) {
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    if (refusals[i].number == number) return (char *)refusals[i].words;
  }
  return (char *)"refused by the kernel";
}

_Noreturn void __assert_fail(const char *what, const char *file, unsigned line, const char *function) {
  (void)file, (void)line, (void)function;
  lw_trap(what);
}
