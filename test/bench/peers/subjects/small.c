/* A few functions, and libc's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned long answer(const char *text, unsigned long bytes);
char *copied(const char *text);
int compared(const void *a, const void *b);
void sorted(int *numbers, unsigned long count);

static const char *const words[] = {"none", "one", "two", "many"};

unsigned long answer(const char *text, unsigned long bytes) { return strlen(text) == bytes && strcmp(words[1], "one") == 0 ? bytes : 0; }

char *copied(const char *text) {
  char *copy = malloc(strlen(text) + 1);
  if (!copy) fprintf(stderr, "no memory\n");
  return copy ? strcpy(copy, text) : NULL;
}

int compared(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

void sorted(int *numbers, unsigned long count) { qsort(numbers, count, sizeof *numbers, compared); }
