/* Carries out a script of docs/image.md over linkwright.h: each command is answered by a line. The first argument is the
 * folder of the files; with a second one the first context is the process's own. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "linkwright.h"

enum { MOST = 64, CONTEXTS = 4, THREADS = 8, ARGUMENTS = 8, LINE = 1024 };

static const char *folder;

/* ---- contexts, and what was loaded into them ---- */

static lw_context contexts[CONTEXTS];
static bool is_open[CONTEXTS], is_process;
static unsigned context;

static struct loaded {
  char name[128];
  unsigned context;
  lw_module module;
} loaded[MOST];
static unsigned loaded_count;

/* A file as the script names it. */
static const char *name_of(const char *path) {
  size_t bytes = strlen(folder);
  if (strncmp(path, folder, bytes) == 0) return path + bytes + 1;
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static struct loaded *loaded_as(const char *name) {
  for (unsigned i = 0; i < loaded_count; ++i) {
    if (loaded[i].context == context && strcmp(loaded[i].name, name) == 0) return &loaded[i];
  }
  return NULL;
}

struct search {
  const char *name;
  lw_module module;
};

static int visit(const struct lw_info *info, void *data) {
  struct search *search = data;
  if (strcmp(name_of(info->path), search->name) != 0) return 0;
  search->module = info->module;
  return 1;
}

/* What was loaded under a name, or because something needs it. */
static lw_module module_of(const char *name) {
  struct loaded *one = loaded_as(name);
  struct search search = {name, one ? one->module : 0};
  if (!one) lw_modules(contexts[context], visit, &search);
  return search.module;
}

static int count(const struct lw_info *info, void *data) {
  if (!info->is_adopted) ++*(unsigned *)data;
  return 0;
}

/* Pages of the folder's files that are mapped, in lines of the kernel's list. */
static unsigned mapped(void) {
  char line[4096];
  unsigned lines = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  while (maps && fgets(line, sizeof line, maps)) lines += strstr(line, folder) != NULL;
  if (maps) fclose(maps);
  return lines;
}

/* ---- what the host says of symbols ---- */

static struct rule {
  enum { BEFORE, AFTER, REPLACE } when;
  unsigned context;
  char file[128], symbol[128];
  void *address;
} rules[MOST];
static unsigned rule_count;

/* Which module each name of a file was bound to, while that is asked for. */
static struct bond {
  char file[128], symbol[128];
  lw_module owner;
} bonds[1024];
static unsigned bond_count;

/* Set before any function that compares it with what it kept on its stack. */
static uintptr_t guard = 17;

_Noreturn static void smashed(void) { abort(); }
static void print(const char *text) { fputs(text, stderr); }

static const struct {
  const char *name;
  void *address;
} own[] = {
  {"strlen", (void *)strlen}, {"memcpy", (void *)memcpy}, {"memset", (void *)memset}, {"memcmp", (void *)memcmp},
  {"malloc", (void *)malloc}, {"free", (void *)free}, {"lw_print", (void *)print},
  {"__stack_chk_guard", &guard}, {"__stack_chk_fail", (void *)smashed},
};

static void *ruled(int when, const char *name) {
  for (unsigned i = rule_count; i-- > 0;) {
    if (rules[i].when == (unsigned)when && rules[i].context == context && strcmp(rules[i].symbol, name) == 0) return rules[i].address;
  }
  return NULL;
}

static void *before(const struct lw_reference *reference, void *data) { return (void)data, ruled(BEFORE, reference->name); }

static void *after(const struct lw_reference *reference, void *data) {
  (void)data;
  void *address = ruled(AFTER, reference->name);
  for (unsigned i = 0; !address && i < sizeof own / sizeof *own; ++i) {
    if (strcmp(own[i].name, reference->name) == 0) address = own[i].address;
  }
  return address;
}

static void *intercept(const struct lw_relocation *relocation, void *data) {
  (void)data;
  const char *file = name_of(relocation->path);
  if (bond_count < sizeof bonds / sizeof *bonds) {
    struct bond *bond = &bonds[bond_count++];
    snprintf(bond->file, sizeof bond->file, "%s", file);
    snprintf(bond->symbol, sizeof bond->symbol, "%s", relocation->name);
    bond->owner = relocation->owner;
  }
  for (unsigned i = rule_count; i-- > 0;) {
    const struct rule *rule = &rules[i];
    if (rule->when == REPLACE && rule->context == context && strcmp(rule->symbol, relocation->name) == 0 && strcmp(rule->file, file) == 0) return rule->address;
  }
  return relocation->value;
}

/* ---- threads: each waits for what it is to call ---- */

struct job {
  uintptr_t (*function)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);
  const char *symbol;
  lw_module module;
  uintptr_t arguments[ARGUMENTS], result;
};

static struct worker {
  pthread_t thread;
  bool is_there, is_ending;
  struct job *job;
} workers[THREADS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned thread;

/* Thread-local functions and variables are looked up where they are used. */
static void carry_out(struct job *job) {
  const uintptr_t *a = job->arguments;
  job->function = (__typeof__(job->function))lw_symbol(job->module, job->symbol);
  if (job->function) job->result = job->function(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
}

static void *work(void *data) {
  struct worker *self = data;
  pthread_mutex_lock(&mutex);
  while (!self->is_ending) {
    if (self->job) {
      struct job *job = self->job;
      pthread_mutex_unlock(&mutex);
      carry_out(job);
      pthread_mutex_lock(&mutex);
      self->job = NULL;
      pthread_cond_broadcast(&changed);
    } else pthread_cond_wait(&changed, &mutex);
  }
  pthread_mutex_unlock(&mutex);
  return NULL;
}

static void run(struct job *job) {
  struct worker *worker = &workers[thread];
  if (thread == 0) return carry_out(job);
  pthread_mutex_lock(&mutex);
  worker->job = job;
  pthread_cond_broadcast(&changed);
  while (worker->job) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
}

static void end_threads(void) {
  for (unsigned i = 1; i < THREADS; ++i) {
    if (!workers[i].is_there) continue;
    pthread_mutex_lock(&mutex);
    workers[i].is_ending = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    pthread_join(workers[i].thread, NULL);
    workers[i] = (struct worker){0};
  }
  thread = 0;
}

/* ---- commands: the words of a line behind its first; a missing one is null ---- */

static char *words[16];

static void refused(int code) {
  const char *why = lw_error();
  printf("refused %#x %s\n", (unsigned)code, why ? why : "");
}

static bool opened(void) {
  if (is_open[context]) return true;
  int code = is_process && context == 0 ? LW_OK : lw_context_open(&contexts[context]);
  if (code == LW_OK) code = lw_resolvers(contexts[context], before, after, NULL);
  if (code != LW_OK) refused(code);
  return is_open[context] = code == LW_OK;
}

static void load(void) {
  static const struct {
    const char *word;
    unsigned flag;
  } flag_words[] = {
    {"local", LW_GLOBAL}, {"missing", LW_MISSING}, {"lazy", LW_LAZY},         {"text", LW_TEXT},
    {"deep", LW_DEEP},    {"copy", LW_COPY},       {"nodelete", LW_NODELETE}, {"patchable", LW_PATCHABLE},
  };
  char path[LINE];
  const char *name = words[1];
  unsigned flags = LW_GLOBAL;
  for (char **word = words + 2; *word; ++word) {
    for (unsigned i = 0; i < sizeof flag_words / sizeof *flag_words; ++i) {
      if (strcmp(*word, flag_words[i].word) == 0) flags ^= flag_words[i].flag;
    }
    if (strcmp(*word, "as") == 0) name = *++word;
  }
  if (flags & LW_PATCHABLE) lw_intercept(contexts[context], intercept, NULL);
  lw_module module;
  snprintf(path, sizeof path, "%s/%s", folder, words[1]);
  int code = lw_open(contexts[context], path, flags, &module);
  if (code != LW_OK) return refused(code);
  struct loaded *one = &loaded[loaded_count++];
  *one = (struct loaded){.context = context, .module = module};
  snprintf(one->name, sizeof one->name, "%s", name);
  puts("loaded");
}

static void unload(void) {
  struct loaded *one = loaded_as(words[1]);
  if (!one) return (void)puts("nothing");
  struct lw_info info;
  lw_module module = one->module;
  *one = loaded[--loaded_count];
  int code = lw_close(module);
  if (code != LW_OK) return refused(code);
  puts(lw_module_info(module, &info) == LW_OK ? "stays" : "unloaded");
}

/* Whose an address is. */
static void found(void *address) {
  struct lw_place place;
  struct lw_info info;
  if (!address) {
    const char *why = lw_error();
    return (void)printf("nothing %s\n", why ? why : "");
  }
  if (lw_address(contexts[context], address, &place) != LW_OK || lw_module_info(place.module, &info) != LW_OK) return (void)puts("found in the thread");
  printf("found in %s\n", name_of(info.path));
}

static void find(void) {
  lw_module module = module_of(words[1]);
  found(words[3] ? lw_symbol_version(module, words[2], words[3]) : lw_symbol(module, words[2]));
}

static void next(void) { found(lw_next(module_of(words[1]), words[2])); }

static void bound(void) {
  struct lw_info info;
  for (unsigned i = bond_count; i-- > 0;) {
    if (strcmp(bonds[i].file, words[1]) != 0 || strcmp(bonds[i].symbol, words[2]) != 0) continue;
    return (void)printf("bound to %s\n", lw_module_info(bonds[i].owner, &info) == LW_OK ? name_of(info.path) : "nobody");
  }
  puts("nothing");
}

static void call(void) {
  struct job job = {.module = module_of(words[1]), .symbol = words[2]};
  for (unsigned i = 0; i < ARGUMENTS && words[3 + i]; ++i) job.arguments[i] = (uintptr_t)strtoull(words[3 + i], NULL, 0);
  run(&job);
  if (job.function) printf("returned %d\n", (int)job.result);
  else puts("nothing");
}

static void patch(void) {
  unsigned places = 0;
  bool restores = strcmp(words[3], "restore") == 0;
  void *address = restores ? NULL : lw_symbol(module_of(words[3]), words[4]);
  int code = lw_patch(module_of(words[1]), words[2], address, &places);
  if (code != LW_OK) return refused(code);
  printf("patched %u\n", places);
}

static void add_rule(int when, const char *file, char **from) {
  struct rule *rule = &rules[rule_count++];
  *rule = (struct rule){.when = (unsigned)when, .context = context, .address = lw_symbol(module_of(from[1]), from[2])};
  snprintf(rule->file, sizeof rule->file, "%s", file);
  snprintf(rule->symbol, sizeof rule->symbol, "%s", from[0]);
  if (when == REPLACE) lw_intercept(contexts[context], intercept, NULL);
  puts(rule->address ? "ruled" : "nothing");
}

static void rule_before(void) { add_rule(BEFORE, "", words + 1); }
static void rule_after(void) { add_rule(AFTER, "", words + 1); }
static void rule_replace(void) { add_rule(REPLACE, words[1], words + 2); }

static void go_to_context(void) {
  context = (unsigned)strtoul(words[1], NULL, 0) % CONTEXTS;
  if (opened()) puts("there");
}

static void go_to_thread(void) {
  unsigned number = (unsigned)strtoul(words[1], NULL, 0) % THREADS;
  struct worker *worker = &workers[number];
  if (number > 0 && !worker->is_there) worker->is_there = pthread_create(&worker->thread, NULL, work, worker) == 0;
  if (number > 0 && !worker->is_there) return (void)puts("nothing");
  thread = number;
  puts("there");
}

/* Ends the threads and the context; says what is left of its modules, and of their files in memory. */
static void clear(void) {
  end_threads();
  unsigned left = 0;
  for (unsigned i = loaded_count; i-- > 0;) {
    if (loaded[i].context == context) loaded[i] = loaded[--loaded_count];
  }
  int code = is_process && context == 0 ? LW_OK : lw_context_close(contexts[context]);
  if (code != LW_OK || contexts[context] == LW_PROCESS) lw_modules(contexts[context], count, &left);
  contexts[context] = LW_PROCESS;
  is_open[context] = false;
  rule_count = bond_count = 0;
  if (code != LW_OK) refused(code);
  else printf("cleared %u %u\n", left, context == 0 ? mapped() : 0);
  context = 0;
}

static void note(void) { puts("noted"); }

static const struct {
  const char *verb;
  void (*run)(void);
} commands[] = {
  {"note", note},   {"load", load},   {"unload", unload},      {"find", find},        {"next", next},           {"bound", bound},           {"call", call},
  {"patch", patch}, {"clear", clear}, {"before", rule_before}, {"after", rule_after}, {"replace", rule_replace}, {"context", go_to_context}, {"thread", go_to_thread},
};

int main(int argc, char **argv) {
  char line[LINE];
  if (argc < 2) return 2;
  folder = argv[1];
  is_process = argc > 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin)) {
    unsigned used = 0;
    memset(words, 0, sizeof words);
    for (char *word = strtok(line, " \n"); word && used < sizeof words / sizeof *words - 1; word = strtok(NULL, " \n")) words[used++] = word;
    if (used == 0 || !opened()) continue;
    unsigned i = 0;
    while (i < sizeof commands / sizeof *commands && strcmp(commands[i].verb, words[0]) != 0) ++i;
    if (i < sizeof commands / sizeof *commands) commands[i].run();
    else puts("no such command");
  }
  return 0;
}
