/* Loads objects in a Linux process and runs them. A line of standard input names the files of one module. One that has lw_program is called with
 * each argument of this process, and answers a line of numbers; any other has main, which gets the arguments, and ends the process. What is refused
 * is said in a line. What modules need of a C library is this process's own: the table of symbols is made for what they are. */
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "linkwright.h"

enum { LINE = 1 << 16 };

extern const struct symbol {
  const char *name;
  void *address;
} symbols[];

static void *find(const struct lw_reference *reference, void *data) {
  (void)data;
  for (const struct symbol *one = symbols; one->name; ++one) {
    if (strcmp(one->name, reference->name) == 0) return one->address;
  }
  return NULL;
}

/* ---- unwinders of static programs ask this, which would know of one program only ---- */

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static lw_context context;
static int is_running;

struct walk {
  int (*visit)(struct dl_phdr_info *, size_t, void *);
  void *data;
};

static int tell(const struct lw_info *info, void *data) {
  const struct walk *walk = data;
  if (info->is_adopted || !info->headers) return 0;
  struct dl_phdr_info told = {.dlpi_addr = info->bias, .dlpi_name = info->path, .dlpi_phdr = info->headers, .dlpi_phnum = (ElfW(Half))info->header_count};
  return walk->visit(&told, sizeof told, walk->data);
}

int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data) {
  struct walk walk = {visit, data};
  struct dl_phdr_info own = {.dlpi_name = "", .dlpi_phdr = (const void *)((const char *)&__ehdr_start + __ehdr_start.e_phoff), .dlpi_phnum = __ehdr_start.e_phnum};
  int answer = visit(&own, sizeof own, data);
  return answer || !is_running ? answer : lw_modules(context, tell, &walk);
}

/* ---- the modules ---- */

static void refused(const char *what) {
  const char *why = lw_error();
  printf("refused: %s: ", what);
  for (const char *at = why ? why : "?"; *at; ++at) putchar(*at == '\n' ? ' ' : *at);
  putchar('\n');
}

static void run(lw_module module, int count, char **arguments) {
  uint32_t (*program)(uint32_t) = (uint32_t (*)(uint32_t))lw_symbol(module, "lw_program");
  int (*main_)(int, char **) = (int (*)(int, char **))lw_symbol(module, "main");
  if (!program && main_) exit(main_(count, arguments));
  if (!program) refused("symbol");
  for (int i = 1; program && i < count; ++i) printf("%08x%c", (unsigned)program((uint32_t)strtoul(arguments[i], NULL, 16)), i + 1 < count ? ' ' : '\n');
}

static void open(char *paths, int count, char **arguments) {
  static const char *files[LINE / 2];
  size_t file_count = 0;
  lw_module module;
  for (char *path = strtok(paths, " \n"); path; path = strtok(NULL, " \n")) files[file_count++] = path;
  is_running = 1;
  if (lw_open_objects(context, files, file_count, 0, &module) != LW_OK) refused("open");
  else {
    run(module, count, arguments);
    if (lw_close(module) != LW_OK) refused("close");
  }
  is_running = 0;
}

int main(int count, char **arguments) {
  static char line[LINE];
  if (lw_context_open(&context) != LW_OK || lw_resolvers(context, NULL, find, NULL) != LW_OK) return 2;
  while (fgets(line, sizeof line, stdin)) {
    open(line, count, arguments);
    fflush(stdout);
  }
  return 0;
}
