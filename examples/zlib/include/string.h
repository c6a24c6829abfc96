/* What zlib needs of string.h. These headers declare what the image defines (docs/modules.md); there is no libc behind them. */
#pragma once
#include <stddef.h>

void *memchr(const void *at, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
char *strerror(int number);
size_t strlen(const char *s);
