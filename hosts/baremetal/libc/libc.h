/* The part of the C library that makes sense without a system. Modules bind to it by the names in symbols.def; the
 * image itself uses it, too. Functions behave as ISO C and POSIX say, and the names with underscores as glibc's. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- for the host, not for modules ---- */

/* Drops the functions that were registered to run at the exit of code within [at, at+bytes): it is gone. */
void forget_exit_functions(uintptr_t at, size_t bytes);

/* Where formatted text goes: a buffer that may be too small, or the serial line if there is none. */
struct sink {
  char *at; /* NULL: the serial line */
  size_t room, count; /* of the buffer; of what was written, whether or not there was room */
};
void sink_put(struct sink *sink, char c);
void format_into(struct sink *sink, const char *format, va_list arguments);

/* ---- memory.c ---- */

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *mempcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
void *memchr(const void *at, int value, size_t bytes);
void *memrchr(const void *at, int value, size_t bytes);
void *rawmemchr(const void *at, int value);
void *memmem(const void *in, size_t in_bytes, const void *what, size_t bytes);
void *memccpy(void *restrict to, const void *restrict from, int last, size_t bytes);
void bcopy(const void *from, void *to, size_t bytes);
void bzero(void *to, size_t bytes);
void explicit_bzero(void *to, size_t bytes);

/* ---- string.c ---- */

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t most);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t most);
char *strcpy(char *restrict to, const char *restrict from);
char *stpcpy(char *restrict to, const char *restrict from);
char *strncpy(char *restrict to, const char *restrict from, size_t bytes);
char *stpncpy(char *restrict to, const char *restrict from, size_t bytes);
char *strcat(char *restrict to, const char *restrict from);
char *strncat(char *restrict to, const char *restrict from, size_t most);
size_t strlcpy(char *restrict to, const char *restrict from, size_t room);
size_t strlcat(char *restrict to, const char *restrict from, size_t room);
char *strchr(const char *s, int c);
char *strchrnul(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *in, const char *what);
size_t strspn(const char *s, const char *set);
size_t strcspn(const char *s, const char *set);
char *strpbrk(const char *s, const char *set);
char *strtok_r(char *restrict s, const char *restrict set, char **restrict rest);
char *strtok(char *restrict s, const char *restrict set);
char *strsep(char **s, const char *set);
char *strdup(const char *s);
char *strndup(const char *s, size_t most);

/* ---- ctype.c ---- */

int isalnum(int c);
int isalpha(int c);
int isblank(int c);
int iscntrl(int c);
int isdigit(int c);
int isgraph(int c);
int islower(int c);
int isprint(int c);
int ispunct(int c);
int isspace(int c);
int isupper(int c);
int isxdigit(int c);
int tolower(int c);
int toupper(int c);

/* ---- number.c ---- */

long strtol(const char *restrict s, char **restrict end, int base);
unsigned long strtoul(const char *restrict s, char **restrict end, int base);
long long strtoll(const char *restrict s, char **restrict end, int base);
unsigned long long strtoull(const char *restrict s, char **restrict end, int base);
int atoi(const char *s);
long atol(const char *s);
long long atoll(const char *s);
int abs(int value);
long labs(long value);
long long llabs(long long value);
int rand(void);
void srand(unsigned seed);

/* ---- heap.c ---- */

void *malloc(size_t bytes);
void *calloc(size_t count, size_t each);
void *realloc(void *at, size_t bytes);
void *reallocarray(void *at, size_t count, size_t each);
void *aligned_alloc(size_t align, size_t bytes);
int posix_memalign(void **at, size_t align, size_t bytes);
void free(void *at);

/* ---- sort.c ---- */

typedef int comparison(const void *, const void *);
void qsort(void *base, size_t count, size_t each, comparison *compare);
void *bsearch(const void *key, const void *base, size_t count, size_t each, comparison *compare);

/* ---- stdio.c ---- */

struct file; /* FILE: only its address means anything */
extern struct file *stdin, *stdout, *stderr;

void lw_print(const char *text);
int vsnprintf(char *restrict to, size_t room, const char *restrict format, va_list arguments);
int snprintf(char *restrict to, size_t room, const char *restrict format, ...);
int vsprintf(char *restrict to, const char *restrict format, va_list arguments);
int sprintf(char *restrict to, const char *restrict format, ...);
int vprintf(const char *restrict format, va_list arguments);
int printf(const char *restrict format, ...);
int vfprintf(struct file *restrict file, const char *restrict format, va_list arguments);
int fprintf(struct file *restrict file, const char *restrict format, ...);
int vasprintf(char **restrict to, const char *restrict format, va_list arguments);
int asprintf(char **restrict to, const char *restrict format, ...);
int putchar(int c);
int fputc(int c, struct file *file);
int puts(const char *s);
int fputs(const char *restrict s, struct file *restrict file);
size_t fwrite(const void *restrict from, size_t each, size_t count, struct file *restrict file);
int fflush(struct file *file);
void perror(const char *s);

/* ---- system.c ---- */

enum { ENOENT = 2, EBADF = 9, ENOMEM = 12, EINVAL = 22, ERANGE = 34, ENOSYS = 38 }; /* as on Linux */
extern int errno_value;
char *strerror(int number);

/* ---- exit.c ---- */

_Noreturn void abort(void);
int __cxa_atexit(void (*function)(void *), void *argument, void *dso);
