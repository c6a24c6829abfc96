/* What a program is given: its arguments, and files that are there when it starts. The test writes them down (libc.ts). */
#include <stddef.h>

struct lw_file {
  const char *name;
  char *bytes;
  size_t size, room;
};

extern char *lw_arguments[];
extern const struct lw_file lw_given[]; /* the last one has no name */
