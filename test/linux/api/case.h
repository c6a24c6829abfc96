// What the cases of the C API have: the checks of those of dlopen, and what a process is like before and after.
#pragma once
#include "../dl/case.h"
#include <dirent.h>
#include <fcntl.h>
#include <linkwright.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>

/** A code, and words in which lw_error says why; asking takes them away. */
#define FAILS(call, code, word) failed(call, code, word, __FILE__, __LINE__, #call)
static inline void failed(int answer, int code, const char *word, const char *file, int line, const char *call) {
  const char *why = lw_error();
  if (answer == code && why && strstr(why, word) && !lw_error()) return;
  ++failures;
  fprintf(stderr, "%s:%d: %s is %#x, not %#x: %s\n", file, line, call, answer, code, why ? why : "null");
}

/** What the rest of a case cannot do without. */
#define LOAD(path, flags) loaded(LW_PROCESS, path, flags, __FILE__, __LINE__)
static inline lw_module loaded(lw_context context, const char *path, unsigned flags, const char *file, int line) {
  lw_module module = 0;
  int code = lw_open(context, path, flags, &module);
  if (code == LW_OK && module) return module;
  fprintf(stderr, "%s:%d: %s: %#x, %s\n", file, line, path, code, lw_error());
  exit(2);
}

/** The address of a symbol that is there. */
#define SYMBOL_OF(type, module, name) ((type)found(lw_symbol(module, name), name, __FILE__, __LINE__))
static inline void *found(void *answer, const char *name, const char *file, int line) {
  if (answer) return answer;
  fprintf(stderr, "%s:%d: %s: %s\n", file, line, name, lw_error());
  exit(2);
}

/** A file's bytes in memory of their own, whole pages that mmap gave. */
static inline char *bytes_of(const char *path, size_t *bytes) {
  struct stat it;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &it)) perror(path), exit(2);
  *bytes = (size_t)it.st_size;
  char *room = (char *)mmap(0, *bytes ? *bytes : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED || read(file, room, *bytes) != (ssize_t)*bytes) perror(path), exit(2);
  close(file);
  return room;
}

/** KiB of memory that is this process's own; /proc/self/statm says it less exactly. */
static inline long anonymous(void) {
  FILE *file = fopen("/proc/self/smaps_rollup", "r");
  char line[256];
  long kilobytes = -1;
  while (file && kilobytes < 0 && fgets(line, sizeof line, file)) sscanf(line, "Anonymous: %ld", &kilobytes);
  if (kilobytes < 0) perror("/proc/self/smaps_rollup"), exit(2);
  fclose(file);
  return kilobytes;
}

/** What a failed call must leave alone: open files, mappings, signals. The heap and the stack grow as they like; zeros that lie side by side
 * are one mapping, however many the kernel makes of them (more in a child of fork). */
struct state {
  int files;
  void (*signals[3])(int);
  size_t bytes;
  char maps[1 << 17];
};

static inline struct state *state(struct state *now) {
  static const int numbers[] = {SIGBUS, SIGSEGV, SIGILL};
  static char all[sizeof now->maps];
  memset(now, 0, sizeof *now);
  DIR *open_files = opendir("/proc/self/fd");
  while (open_files && readdir(open_files)) ++now->files;
  closedir(open_files);
  for (int i = 0; i < 3; i++) {
    struct sigaction action;
    sigaction(numbers[i], 0, &action);
    now->signals[i] = action.sa_handler;
  }
  int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  size_t bytes = 0;
  for (ssize_t got; (got = read(file, all + bytes, sizeof all - 1 - bytes)) > 0;) bytes += (size_t)got;
  all[bytes] = 0;
  close(file);
  char *last_to = NULL, *last_rest = NULL;
  for (char *line = all, *end; *line; line = end) {
    end = strchr(line, '\n') + 1;
    char *bracket = (char *)memchr(line, '[', (size_t)(end - line));
    if (bracket && (!strncmp(bracket, "[heap]", 6) || !strncmp(bracket, "[stack]", 7))) continue;
    char *to = strchr(line, '-') + 1, *rest = strchr(to, ' ');
    bool is_nobodys = !memchr(line, '/', (size_t)(end - line)) && !bracket;
    if (is_nobodys && last_rest && !strncmp(last_to, line, (size_t)(to - 1 - line)) && !strncmp(last_rest, rest, (size_t)(end - rest))) memcpy(last_to, to, (size_t)(rest - to));
    else {
      char *copy = (char *)memcpy(now->maps + now->bytes, line, (size_t)(end - line));
      now->bytes += (size_t)(end - line);
      last_to = copy + (to - line);
      last_rest = is_nobodys ? copy + (rest - line) : NULL;
    }
  }
  return now;
}

/** Says the lines of one text that the other has not. */
static inline void lines_without(const char *text, const char *other, const char *sign) {
  for (const char *end; *text; text = end) {
    end = strchr(text, '\n') + 1;
    char line[512];
    snprintf(line, sizeof line, "%.*s", (int)(end - text), text);
    if (!strstr(other, line)) fprintf(stderr, "%s %s", sign, line);
  }
}

/** Whether it is as it was. */
#define SAME(before) same(before, __FILE__, __LINE__)
static inline void same(const struct state *before, const char *file, int line) {
  static struct state now;
  state(&now);
  bool has_signals = !memcmp(now.signals, before->signals, sizeof now.signals);
  if (now.files == before->files && has_signals && !strcmp(now.maps, before->maps)) return;
  ++failures;
  fprintf(stderr, "%s:%d: %d files were open, %d are; signals are %s\n", file, line, before->files, now.files, has_signals ? "the same" : "others");
  lines_without(before->maps, now.maps, "-");
  lines_without(now.maps, before->maps, "+");
}
