/* What -D_FORTIFY_SOURCE makes of calls: the same functions, told how large the destination is. One that would write
 * past its end stops the module. The parameters are glibc's. */
#include "../host.h"
#include "libc.h"

#define CHECK(bytes, room)                                                                                             \
  do {                                                                                                                 \
    if ((bytes) > (room)) fail_at("fortify: buffer overflow", (uintptr_t)__builtin_return_address(0));                 \
  } while (0)

_Noreturn void __chk_fail(void) { fail_at("fortify: buffer overflow", (uintptr_t)__builtin_return_address(0)); }

_Noreturn void __stack_chk_fail(void) {
  fail_at("stack protector: a buffer on the stack overflowed", (uintptr_t)__builtin_return_address(0));
}

void *__memcpy_chk(void *to, const void *from, size_t bytes, size_t room) {
  CHECK(bytes, room);
  return memcpy(to, from, bytes);
}

void *__mempcpy_chk(void *to, const void *from, size_t bytes, size_t room) {
  CHECK(bytes, room);
  return mempcpy(to, from, bytes);
}

void *__memmove_chk(void *to, const void *from, size_t bytes, size_t room) {
  CHECK(bytes, room);
  return memmove(to, from, bytes);
}

void *__memset_chk(void *to, int value, size_t bytes, size_t room) {
  CHECK(bytes, room);
  return memset(to, value, bytes);
}

char *__strcpy_chk(char *to, const char *from, size_t room) {
  CHECK(strlen(from), room - 1);
  return strcpy(to, from);
}

char *__stpcpy_chk(char *to, const char *from, size_t room) {
  CHECK(strlen(from), room - 1);
  return stpcpy(to, from);
}

char *__strncpy_chk(char *to, const char *from, size_t bytes, size_t room) {
  CHECK(bytes, room);
  return strncpy(to, from, bytes);
}

char *__stpncpy_chk(char *to, const char *from, size_t bytes, size_t room) {
  CHECK(bytes, room);
  return stpncpy(to, from, bytes);
}

char *__strcat_chk(char *to, const char *from, size_t room) {
  CHECK(strlen(to) + strlen(from), room - 1);
  return strcat(to, from);
}

char *__strncat_chk(char *to, const char *from, size_t most, size_t room) {
  CHECK(strlen(to) + strnlen(from, most), room - 1);
  return strncat(to, from, most);
}

int __vsnprintf_chk(char *to, size_t most, int flag, size_t room, const char *format, va_list list) {
  (void)flag;
  CHECK(most, room);
  return vsnprintf(to, most, format, list);
}

int __vsprintf_chk(char *to, int flag, size_t room, const char *format, va_list list) {
  (void)flag;
  int bytes = vsnprintf(to, room, format, list);
  CHECK((size_t)bytes, room - 1);
  return bytes;
}

int __vprintf_chk(int flag, const char *format, va_list list) { return (void)flag, vprintf(format, list); }

int __vfprintf_chk(struct file *file, int flag, const char *format, va_list list) {
  return (void)flag, vfprintf(file, format, list);
}

int __vasprintf_chk(char **to, int flag, const char *format, va_list list) {
  return (void)flag, vasprintf(to, format, list);
}

int __snprintf_chk(char *to, size_t most, int flag, size_t room, const char *format, ...) {
  (void)flag;
  CHECK(most, room);
  va_list list;
  va_start(list, format);
  int bytes = vsnprintf(to, most, format, list);
  va_end(list);
  return bytes;
}

int __sprintf_chk(char *to, int flag, size_t room, const char *format, ...) {
  (void)flag;
  va_list list;
  va_start(list, format);
  int bytes = vsnprintf(to, room, format, list);
  va_end(list);
  CHECK((size_t)bytes, room - 1);
  return bytes;
}

int __printf_chk(int flag, const char *format, ...) {
  (void)flag;
  va_list list;
  va_start(list, format);
  int bytes = vprintf(format, list);
  va_end(list);
  return bytes;
}

int __fprintf_chk(struct file *file, int flag, const char *format, ...) {
  (void)flag;
  va_list list;
  va_start(list, format);
  int bytes = vfprintf(file, format, list);
  va_end(list);
  return bytes;
}

int __asprintf_chk(char **to, int flag, const char *format, ...) {
  (void)flag;
  va_list list;
  va_start(list, format);
  int bytes = vasprintf(to, format, list);
  va_end(list);
  return bytes;
}
