/* LW_LOG=error|warn|info|debug|trace: the flow of a load on standard error, in order, with microseconds since the first line. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>
#include "host.h"
#include "tls.h"

/* One write a line, so that lines of threads do not mix. Behind it there is room for the end of the line. */
static void line_write(char *line, int bytes, int most) {
  if (bytes > most - 1) bytes = most - 1;
  line[bytes++] = '\n';
  for (char *rest = line; bytes > 0;) {
    ssize_t written = write(STDERR_FILENO, rest, (size_t)bytes);
    if (written <= 0) return;
    rest += written;
    bytes -= (int)written;
  }
}

void last_words(const char *format, ...) {
  char line[1024] = "linkwright: ";
  int bytes = (int)strlen(line);
  va_list values;
  va_start(values, format);
  bytes += vsnprintf(line + bytes, sizeof line - (size_t)bytes, format, values);
  va_end(values);
  line_write(line, bytes, sizeof line);
}

#ifndef LW_NO_LOG

static const char *const levels[] = {"none", "error", "warn", "info", "debug", "trace"};
int log_level;

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Before anything is loaded; a word that is no level is said to be none. */
__attribute__((constructor(101))) static void log_open(void) {
  const char *wanted = getauxval(AT_SECURE) ? NULL : getenv("LW_LOG"); /* where things lie in such a program is none of its user's business */
  if (!wanted || !*wanted) return;
  for (int level = 0; level <= LW_LEVEL_TRACE; ++level) {
    if (strcmp(wanted, levels[level]) == 0) log_level = level;
  }
  if (!log_level && strcmp(wanted, levels[0]) != 0) {
    log_level = LW_LEVEL_WARN;
    LOG(LW_LEVEL_WARN, "LW_LOG=%s is not one of error, warn, info, debug, trace: warn is taken", wanted);
  }
}

void log_say(int level, const char *format, ...) {
  if (level > log_level) return;
  static uint64_t first;
  uint64_t time = now();
  if (!first) first = time;
  char line[1024];
  int bytes = snprintf(line, sizeof line, "linkwright %10.3f %-5s ", (double)(time - first) / 1000, levels[level]);
  va_list values;
  va_start(values, format);
  bytes += vsnprintf(line + bytes, sizeof line - (size_t)bytes, format, values);
  va_end(values);
  line_write(line, bytes, sizeof line);
}

static const char *const stages[] = {"gather", "plan", "map", "link", "relocate", "sync", "indirect", "protect", "publish", "init", "settled", "fini", "release", "patch", "failed"};

static const char *path_of(uint32_t module) {
  struct file *file = file_at((uint32_t)core_value(module, LW_FIELD_SOURCE));
  return file ? file->path : "?";
}

/* What was adopted stays, and everybody knows. */
enum { REFERENCE = 1, FOR_GOOD = 4 };
static const char *const reasons[] = {"nothing", [REFERENCE] = "a reference", "an open session", "another module that needs it", [FOR_GOOD] = "being loaded for good"};

void lw_log_told(uint32_t level, uint32_t code, uint64_t a, uint64_t b) {
  switch (code) {
    case LW_EVENT_STAGE: log_say((int)level, "session %x: %s", (unsigned)a, b < sizeof stages / sizeof *stages ? stages[b] : "?"); break;
    case LW_EVENT_PUBLISHED: log_say((int)level, "%s is at %#llx", path_of((uint32_t)a), (unsigned long long)b); break;
    case LW_EVENT_WITHDRAWN: log_say((int)level, "%s is gone from %#llx", path_of((uint32_t)a), (unsigned long long)b); break;
    case LW_EVENT_STAYS:
      if (b == REFERENCE && tls_destructors((uint32_t)a)) log_say((int)level, "%s stays: %u thread-local objects of it are not destroyed yet, by threads that have not ended", path_of((uint32_t)a), tls_destructors((uint32_t)a));
      else log_say(b == FOR_GOOD ? LW_LEVEL_DEBUG : (int)level, "%s stays: what keeps it is %s", path_of((uint32_t)a), b < sizeof reasons / sizeof *reasons ? reasons[b] : "?");
      break;
    case LW_EVENT_SKIPPED:
      log_say((int)level, "%s: the member at byte %llu is no object, and is passed over", file_at((uint32_t)a)->path, (unsigned long long)b);
      break;
    case LW_EVENT_COPY_SHORT: log_say((int)level, "%s has room for a part of a variable of %llu bytes", path_of((uint32_t)a), (unsigned long long)b); break;
    default: log_say((int)level, "event %u: %llx %llx", code, (unsigned long long)a, (unsigned long long)b);
  }
}

#endif
