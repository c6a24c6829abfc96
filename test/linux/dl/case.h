// What every case has: checks that go on after one that failed, and an end that tells.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static int failures;

#define CHECK(what) ((what) ? (void)0 : (void)(++failures, fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what)))
#define OPEN(path, flags) opened(dlopen(path, flags), path, __FILE__, __LINE__)
#define SYMBOL(type, handle, name) ((type)opened(dlsym(handle, name), name, __FILE__, __LINE__))

/** What the rest of a case cannot do without. */
static inline void *opened(void *answer, const char *name, const char *file, int line) {
  if (answer) return answer;
  const char *why = dlerror();
  fprintf(stderr, "%s:%d: %s: %s\n", file, line, name, why ? why : "null");
  exit(2);
}

/** Whether a word is in what dlerror says; asking takes it away. */
static inline int says(const char *word) {
  const char *why = dlerror();
  if (why && strstr(why, word)) return 1;
  fprintf(stderr, "dlerror: %s\n", why ? why : "null");
  return 0;
}

/** How many mappings of this process are of a file whose path ends like this. */
static inline int mappings(const char *ending) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[4096];
  int count = 0;
  while (maps && fgets(line, sizeof line, maps)) {
    line[strcspn(line, "\n")] = 0;
    size_t have = strlen(line), want = strlen(ending);
    count += have >= want && !strcmp(line + have - want, ending);
  }
  if (maps) fclose(maps);
  return count;
}

/** Runs it in a process of its own; its exit status, or 128 and the signal that ended it. */
static inline int child(void (*body)(void)) {
  fflush(0);
  pid_t pid = fork();
  if (!pid) {
    body();
    exit(failures ? 1 : 0);
  }
  int status = -1;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline int verdict(void) {
  return failures ? 1 : 0;
}
