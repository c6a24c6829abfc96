/* LW_COUNT_FILE: the path of each object that is loaded, a line each. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/uio.h>
#include <unistd.h>
#include "../records.h"

void count_told(const char *path) {
  // A program that has more rights than its user writes nowhere that the user says.
  const char *into = getauxval(AT_SECURE) ? NULL : getenv("LW_COUNT_FILE");
  int number = into ? open(into, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
  if (number < 0) return;
  struct iovec line[] = {{(void *)path, strlen(path)}, {(void *)"\n", 1}};
  if (writev(number, line, 2) < 0) LOG(LW_LEVEL_WARN, "%s: can't be written to", into);
  close(number);
}
