/* Printing, on the serial line. Every stream is it. */
#include "board.h"
#include "libc.h"

struct file {
  int descriptor;
};
static struct file streams[3] = {{0}, {1}, {2}};
struct file *stdin = &streams[0], *stdout = &streams[1], *stderr = &streams[2];

static int print(const char *format, va_list arguments) {
  struct sink sink = {.at = NULL};
  format_into(&sink, format, arguments);
  return (int)sink.count;
}

int vsnprintf(char *restrict to, size_t room, const char *restrict format, va_list arguments) {
  char none;
  struct sink sink = {.at = to ? to : &none, .room = room > 0 ? room - 1 : 0};
  format_into(&sink, format, arguments);
  if (room > 0) to[sink.count < room ? sink.count : room - 1] = 0;
  return (int)sink.count;
}

int vsprintf(char *restrict to, const char *restrict format, va_list arguments) {
  return vsnprintf(to, (size_t)__INT_MAX__, format, arguments);
}

int vasprintf(char **restrict to, const char *restrict format, va_list arguments) {
  int bytes = vsnprintf(NULL, 0, format, arguments);
  *to = malloc((size_t)bytes + 1);
  return *to ? vsnprintf(*to, (size_t)bytes + 1, format, arguments) : -1;
}

int vprintf(const char *restrict format, va_list arguments) { return print(format, arguments); }

int vfprintf(struct file *restrict file, const char *restrict format, va_list arguments) {
  (void)file;
  return print(format, arguments);
}

#define WITH_LIST(last, call)       \
  va_list list;                     \
  va_start(list, last);             \
  int result = call;                \
  va_end(list);                     \
  return result

int snprintf(char *restrict to, size_t room, const char *restrict format, ...) {
  WITH_LIST(format, vsnprintf(to, room, format, list));
}
int sprintf(char *restrict to, const char *restrict format, ...) { WITH_LIST(format, vsprintf(to, format, list)); }
int asprintf(char **restrict to, const char *restrict format, ...) { WITH_LIST(format, vasprintf(to, format, list)); }
int printf(const char *restrict format, ...) { WITH_LIST(format, print(format, list)); }
int fprintf(struct file *restrict file, const char *restrict format, ...) {
  (void)file;
  WITH_LIST(format, print(format, list));
}

void lw_print(const char *text) {
  while (*text) board_put(*text++);
}

int putchar(int c) {
  board_put((char)c);
  return (unsigned char)c;
}

int fputc(int c, struct file *file) {
  (void)file;
  return putchar(c);
}

int fputs(const char *restrict s, struct file *restrict file) {
  (void)file;
  lw_print(s);
  return 0;
}

int puts(const char *s) {
  lw_print(s);
  return putchar('\n');
}

size_t fwrite(const void *restrict from, size_t each, size_t count, struct file *restrict file) {
  (void)file;
  const char *bytes = from;
  for (size_t i = 0; i < each * count; i++) board_put(bytes[i]);
  return each > 0 ? count : 0;
}

int fflush(struct file *file) {
  (void)file;
  return 0;
}

void perror(const char *s) {
  if (s && *s) printf("%s: ", s);
  puts(strerror(errno_value));
}
