/* Strings. */
#include "libc.h"

size_t strlen(const char *s) {
  const char *end = s;
  while (*end) end++;
  return (size_t)(end - s);
}

size_t strnlen(const char *s, size_t most) {
  const char *end = memchr(s, 0, most);
  return end ? (size_t)(end - s) : most;
}

int strcmp(const char *a, const char *b) { return strncmp(a, b, SIZE_MAX); }

int strncmp(const char *a, const char *b, size_t most) {
  for (; most > 0 && *a && *a == *b; most--) a++, b++;
  return most > 0 ? (unsigned char)*a - (unsigned char)*b : 0;
}

int strcasecmp(const char *a, const char *b) { return strncasecmp(a, b, SIZE_MAX); }

int strncasecmp(const char *a, const char *b, size_t most) {
  for (; most > 0 && *a && tolower((unsigned char)*a) == tolower((unsigned char)*b); most--) a++, b++;
  return most > 0 ? tolower((unsigned char)*a) - tolower((unsigned char)*b) : 0;
}

char *stpcpy(char *restrict to, const char *restrict from) {
  size_t bytes = strlen(from);
  memcpy(to, from, bytes + 1);
  return to + bytes;
}

char *strcpy(char *restrict to, const char *restrict from) {
  stpcpy(to, from);
  return to;
}

char *stpncpy(char *restrict to, const char *restrict from, size_t bytes) {
  size_t used = strnlen(from, bytes);
  memcpy(to, from, used);
  memset(to + used, 0, bytes - used);
  return to + used;
}

char *strncpy(char *restrict to, const char *restrict from, size_t bytes) {
  stpncpy(to, from, bytes);
  return to;
}

char *strcat(char *restrict to, const char *restrict from) {
  stpcpy(to + strlen(to), from);
  return to;
}

char *strncat(char *restrict to, const char *restrict from, size_t most) {
  char *end = mempcpy(to + strlen(to), from, strnlen(from, most));
  *end = 0;
  return to;
}

size_t strlcpy(char *restrict to, const char *restrict from, size_t room) {
  size_t bytes = strlen(from);
  if (room > 0) {
    size_t used = bytes < room ? bytes : room - 1;
    memcpy(to, from, used);
    to[used] = 0;
  }
  return bytes;
}

size_t strlcat(char *restrict to, const char *restrict from, size_t room) {
  size_t used = strnlen(to, room);
  return used + strlcpy(to + used, from, room - used);
}

char *strchrnul(const char *s, int c) {
  while (*s && *s != (char)c) s++;
  return (char *)s;
}

char *strchr(const char *s, int c) {
  char *at = strchrnul(s, c);
  return *at == (char)c ? at : NULL;
}

char *strrchr(const char *s, int c) { return memrchr(s, c, strlen(s) + 1); }

char *strstr(const char *in, const char *what) { return memmem(in, strlen(in), what, strlen(what)); }

size_t strspn(const char *s, const char *set) {
  size_t count = 0;
  while (s[count] && strchr(set, s[count])) count++;
  return count;
}

size_t strcspn(const char *s, const char *set) {
  size_t count = 0;
  while (s[count] && !strchr(set, s[count])) count++;
  return count;
}

char *strpbrk(const char *s, const char *set) {
  s += strcspn(s, set);
  return *s ? (char *)s : NULL;
}

char *strtok_r(char *restrict s, const char *restrict set, char **restrict rest) {
  if (!s) s = *rest;
  s += strspn(s, set);
  char *end = s + strcspn(s, set);
  *rest = end;
  if (end == s) return NULL;
  if (*end) *end = 0, *rest = end + 1;
  return s;
}

char *strtok(char *restrict s, const char *restrict set) {
  static char *rest = "";
  return strtok_r(s, set, &rest);
}

char *strsep(char **s, const char *set) {
  char *start = *s;
  if (!start) return NULL;
  char *end = start + strcspn(start, set);
  *s = *end ? end + 1 : NULL;
  *end = 0;
  return start;
}

char *strndup(const char *s, size_t most) {
  size_t bytes = strnlen(s, most);
  char *copy = malloc(bytes + 1);
  if (!copy) return NULL;
  memcpy(copy, s, bytes);
  copy[bytes] = 0;
  return copy;
}

char *strdup(const char *s) { return strndup(s, SIZE_MAX - 1); }
