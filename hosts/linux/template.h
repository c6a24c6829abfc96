/* The image that libc makes the thread-local variables of new threads from, as far as it is this library's. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Where `pattern`, a word that is at its place in no other variable, lies in the image. Null: there is none. */
char *template_find(const void *pattern);

/* Opens the image for writing, and closes it again. Its page may be read-only: linkers count it to what is relocated only. */
bool template_open(void);
void template_close(void);
