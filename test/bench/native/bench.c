/* Loads libraries through the core or through the system's linker, and says how long that took, as JSON on stdout.
 *
 *   bench load ours|system FOLDER one|each COUNT ROUNDS   many libraries
 *   bench relocate LIBRARY FILE ROUNDS                    one file that names what the library defines
 *   bench lookup ours|system LIBRARY USER ROUNDS          every name that the user has but does not define, in the library
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "host.h"
#include "linkwright.h"

/* The processor's time that this process took: others that run meanwhile do not count. Nothing here waits for a disk. */
static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ---- both linkers, as the same few functions ---- */

struct linker {
  const char *name;
  void (*start)(const char *folder);
  uint64_t (*load)(const char *path);
  void *(*find)(uint64_t module, const char *name);
  void (*unload)(uint64_t module);
};

static uint32_t context;

static void own_start(const char *folder) {
  host_start(folder);
  context = lw_context(0, 0, 0);
}

static uint64_t own_load(const char *path) { return host_settle(lw_load(context, host_source(path), LW_FLAG_GLOBAL)); }

static void *own_find(uint64_t module, const char *name) {
  uint64_t found = lw_find((uint32_t)module, (uintptr_t)name, (uint32_t)strlen(name), LW_NONE, 0);
  return found ? (void *)(uintptr_t)lw_entry((uint32_t)(found >> 32), LW_LIST_SYMBOL, (uint32_t)found, LW_FIELD_ADDRESS) : NULL;
}

static void own_unload(uint64_t module) { host_settle(lw_unload((uint32_t)module)); }

/* It finds libraries by LD_LIBRARY_PATH, which has to be there before it is. */
static void system_start(const char *folder) {
  const char *path = getenv("LD_LIBRARY_PATH");
  if (!path || strcmp(path, folder) != 0) host_fail("LD_LIBRARY_PATH is not %s", folder);
}

static uint64_t system_load(const char *path) {
  void *module = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!module) host_fail("%s", dlerror());
  return (uintptr_t)module;
}

static void *system_find(uint64_t module, const char *name) { return dlsym((void *)(uintptr_t)module, name); }

static void system_unload(uint64_t module) { dlclose((void *)(uintptr_t)module); }

static const struct linker linkers[] = {
  {"ours", own_start, own_load, own_find, own_unload},
  {"system", system_start, system_load, system_find, system_unload},
};

static const struct linker *linker_of(const char *name) {
  for (size_t i = 0; i < sizeof linkers / sizeof *linkers; ++i) {
    if (strcmp(linkers[i].name, name) == 0) return &linkers[i];
  }
  host_fail("%s is no linker", name);
}

/* ---- many libraries ---- */

static int count_one(struct dl_phdr_info *info, size_t bytes, void *count) {
  (void)info, (void)bytes;
  return ++*(int *)count, 0;
}

/* How many modules the system's linker has. */
static int system_modules(void) {
  int count = 0;
  dl_iterate_phdr(count_one, &count);
  return count;
}

/* What the functions `sum_<n>` return together: each adds up what the functions return that its library is bound to. */
static uint32_t sum_of(const struct linker *linker, const uint64_t *modules, int count, bool is_one) {
  uint32_t sum = 0;
  for (int i = 0; i < count; ++i) {
    char name[32];
    snprintf(name, sizeof name, "sum_%d", i);
    uint32_t (*add)(void) = (uint32_t(*)(void))linker->find(modules[is_one ? 0 : i], name);
    if (!add) host_fail("%s is not there", name);
    sum += add();
  }
  return sum;
}

static void load(const struct linker *linker, const char *folder, bool is_one, int count, int rounds) {
  int loads = is_one ? 1 : count;
  uint64_t *modules = calloc((size_t)loads, sizeof *modules);
  char(*paths)[4096] = calloc((size_t)loads, sizeof *paths);
  for (int i = 0; i < loads; ++i) snprintf(paths[i], sizeof *paths, is_one ? "%s/all%d.so" : "%s/lib%d.so", folder, is_one ? count : i);
  linker->start(folder);
  printf("[");
  for (int round = 0; round < rounds; ++round) {
    int before = system_modules();
    double start = now();
    for (int i = 0; i < loads; ++i) modules[i] = linker->load(paths[i]);
    double loaded = now();
    int system = system_modules() - before;
    uint32_t sum = sum_of(linker, modules, count, is_one);
    double again = now();
    for (int i = loads; i-- > 0;) linker->unload(modules[i]);
    double unloaded = now();
    printf("%s{\"load\": %.9f, \"unload\": %.9f, \"sum\": %u, \"systemModules\": %d, \"left\": %llu}", round ? ", " : "", loaded - start, unloaded - again,
           sum, system, (unsigned long long)host_reserved() + (unsigned)(system_modules() - before));
  }
  printf("]\n");
}

/* ---- relocations ---- */

static double entered, bound_and_relocated;

static void note_stage(uint32_t code, uint64_t session, uint64_t stage) {
  (void)session;
  if (code != LW_EVENT_STAGE) return;
  if (stage == LW_STAGE_LINK) entered = now();
  if (stage == LW_STAGE_SYNC) bound_and_relocated = now() - entered;
}

static void relocate(const char *library, const char *file, int rounds) {
  own_start("");
  own_load(library);
  host_event = note_stage;
  printf("{\"seconds\": [");
  for (int round = 0; round < rounds; ++round) {
    uint32_t module = host_settle(lw_load(context, host_source(file), 0));
    printf("%s%.9f", round ? ", " : "", bound_and_relocated);
    own_unload(module);
  }
  printf("]}\n");
}

/* ---- lookups ---- */

/* The names of a file's undefined symbols, which end with NUL where they are. */
static const char **names_of(const char *file, uint32_t *count) {
  uint32_t module = host_settle(lw_load(context, host_source(file), LW_FLAG_NO_LINK));
  uint32_t symbols = lw_count(module, LW_LIST_SYMBOL);
  const char **names = calloc(symbols, sizeof *names);
  *count = 0;
  for (uint32_t i = 1; i < symbols; ++i) {
    if (lw_entry(module, LW_LIST_SYMBOL, i, LW_FIELD_SECTION) != 0) continue;
    names[(*count)++] = (const char *)(uintptr_t)lw_entry(module, LW_LIST_SYMBOL, i, LW_FIELD_NAME);
  }
  return names;
}

static void lookup(const struct linker *linker, const char *library, const char *user, int rounds) {
  own_start("");
  uint32_t count;
  const char **names = names_of(user, &count);
  uint64_t module = linker->load(library);
  uint32_t found = 0;
  printf("{\"seconds\": [");
  for (int round = 0; round < rounds; ++round) {
    found = 0;
    double start = now();
    for (uint32_t i = 0; i < count; ++i) found += linker->find(module, names[i]) != NULL;
    printf("%s%.9f", round ? ", " : "", now() - start);
  }
  printf("], \"count\": %u, \"found\": %u}\n", count, found);
}

int main(int count, char **words) {
  if (count == 7 && strcmp(words[1], "load") == 0) load(linker_of(words[2]), words[3], strcmp(words[4], "one") == 0, atoi(words[5]), atoi(words[6]));
  else if (count == 5 && strcmp(words[1], "relocate") == 0) relocate(words[2], words[3], atoi(words[4]));
  else if (count == 6 && strcmp(words[1], "lookup") == 0) lookup(linker_of(words[2]), words[3], words[4], atoi(words[5]));
  else host_fail("bench load|relocate|lookup ...: see bench.c");
  return 0;
}
