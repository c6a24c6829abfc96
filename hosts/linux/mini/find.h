/* Which file a program is. */
#pragma once
#include <stdint.h>

enum { PATH_BYTES = 4096 };

struct file {
  const char *path;
  int descriptor;
  uint64_t bytes;
};

/* Opens what is to be executed; 0, or a negated errno. Whatever is not a regular file is -EISDIR. */
long open_file(const char *path, struct file *file);

/* The same of a program's name: without a slash it is looked for in the folders of PATH, as execvp does. */
long find_program(const char *name, const char *path, struct file *file);

/* Fills a buffer from an offset of the file; false if it has no such bytes, or no longer. */
int read_file(const struct file *file, uint64_t offset, void *into, uintptr_t bytes);
