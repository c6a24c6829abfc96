/* Measures the linker that it is linked with, after it has proved which one that is. One JSON object on stdout.
 *
 *   load FILE SYMBOL TEXT call|look MILLISECONDS     opened, bound and closed, from the file
 *   memory FILE SYMBOL TEXT call|look MILLISECONDS   the same from bytes
 *   objects LIBRARY SYMBOL TEXT MILLISECONDS FILE... objects as one module; LIBRARY is what a linker made of the same
 *   lookup FILE NAMES FOUND TIMES THREADS MILLISECONDS   the lines of NAMES, each so often, of which all (1) or none (0) are to be found
 *   thread FILE THREADS MILLISECONDS                 a thread-local variable's address is asked for
 *   many FOLDER COUNT                                lib0.so, lib1.so, ... a load each, and closed again
 *   cost FOLDER COUNT                                memory that stays for each of them, lib1.so and so on
 *
 * `seconds` are of one load, one lookup, one address; of processor time, but for lookups by more than one thread. */
#define _GNU_SOURCE
#include "peer.h"
#include "proof.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double clock_of(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Others that run meanwhile do not count. Nothing here waits for a disk. */
static double now(void) { return clock_of(CLOCK_THREAD_CPUTIME_ID); }
static double wall(void) { return clock_of(CLOCK_MONOTONIC); }

static void *opened(void *module, const char *path) {
  if (!module) give_up("%s is refused: %s", path, peer_error());
  return module;
}

static void *symbol_of(void *module, const char *name) {
  void *symbol = peer_symbol(module, name, strlen(name));
  if (!symbol) give_up("%s is not there", name);
  return symbol;
}

/* ---- samples ---- */

/* One sample is as many rounds as take this long, so that the clock does not count. */
static const double SAMPLE = 400e-6;

/* A round is `count` of what is measured; samples are taken until the budget is spent. */
static void say_samples(double (*rounds_take)(unsigned rounds, void *data), void *data, double budget, double count) {
  unsigned rounds = 1;
  double took;
  while ((took = rounds_take(rounds, data)) < SAMPLE) rounds *= 2;
  printf("\"rounds\": %u, \"seconds\": [", rounds);
  double spent = 0;
  for (unsigned i = 0; i < 3 || spent < budget; ++i, spent += took) {
    took = rounds_take(rounds, data);
    printf("%s%.12f", i ? ", " : "", took / rounds / count);
  }
  printf("]");
}

/* ---- a load ---- */

struct load {
  const char *path;
  char *bytes; /* null: from the file */
  size_t size;
  const char *const *objects; /* null: a library */
  size_t object_count;
  const char *symbol;
};

static void *open_load(const struct load *load) {
  if (load->objects) return opened(peer_open_objects(load->path, load->objects, load->object_count, load->symbol), load->objects[0]);
  return opened(load->bytes ? peer_open_memory(load->bytes, load->size) : peer_open(load->path, false), load->path);
}

static void read_bytes(struct load *load) {
  struct stat status;
  int file = open(load->path, O_RDONLY);
  if (file < 0 || fstat(file, &status) != 0) give_up("%s cannot be read", load->path);
  load->size = (size_t)status.st_size;
  load->bytes = aligned_alloc(4096, (load->size + 4095) & ~(size_t)4095);
  if (!load->bytes || read(file, load->bytes, load->size) != status.st_size) give_up("%s cannot be read", load->path);
  close(file);
}

static double loads_take(unsigned rounds, void *data) {
  double start = now();
  for (unsigned i = 0; i < rounds; ++i) peer_close(open_load(data));
  return now() - start;
}

/* The first load is looked at from all sides, and is not timed. */
static void prove(const struct load *load, const char *symbol, const char *text, bool calls) {
  bool was_there = mappings_of(load->path) > 0;
  unsigned before = system_loads();
  void *module = open_load(load);
  void *address = symbol_of(module, symbol);
  uint64_t answer = calls ? ((uint64_t(*)(const char *, size_t))address)(*text ? text : NULL, strlen(text)) : 0;
  printf("\"wasThere\": %d, \"systemLoads\": %u, \"isCode\": %d, \"answer\": %u, ", was_there, system_loads() - before, is_code(address), (unsigned)answer);
  peer_close(module);
  printf("\"left\": %d, ", mappings_of(load->path) + is_code(address));
}

static void measure_load(struct load load, char **words) {
  prove(&load, words[0], words[1], strcmp(words[2], "call") == 0);
  say_samples(loads_take, &load, atof(words[3]) * 1e-3, 1);
}

static void measure_objects(const char *path, char **words, int count) {
  if (!peer_open_objects) give_up("it does not load objects");
  struct load load = {.path = path, .symbol = words[0], .objects = (const char *const *)words + 3, .object_count = (size_t)count - 3};
  prove(&load, words[0], words[1], true);
  say_samples(loads_take, &load, atof(words[2]) * 1e-3, 1);
}

/* ---- lookups ---- */

struct lookups {
  void *module;
  unsigned count, found, times, threads; /* times: each name, before the next */
  const char **names;
  size_t *lengths;
};

static unsigned look_up_all(const struct lookups *lookups) {
  unsigned found = 0;
  for (unsigned i = 0; i < lookups->count; ++i) {
    for (unsigned j = 0; j < lookups->times; ++j) found += peer_symbol(lookups->module, lookups->names[i], lookups->lengths[i]) != NULL;
  }
  return found;
}

struct worker {
  const struct lookups *lookups;
  pthread_barrier_t *barrier;
  unsigned rounds, found;
  double start, end;
};

static void *work(void *data) {
  struct worker *worker = data;
  pthread_barrier_wait(worker->barrier);
  worker->start = wall();
  for (unsigned i = 0; i < worker->rounds; ++i) worker->found += look_up_all(worker->lookups);
  worker->end = wall();
  return NULL;
}

/* From when the first thread begins to when the last one is done. */
static double threads_take(unsigned rounds, const struct lookups *lookups, unsigned *found) {
  enum { MOST = 64 };
  pthread_t threads[MOST];
  struct worker workers[MOST];
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, NULL, lookups->threads);
  for (unsigned i = 0; i < lookups->threads; ++i) {
    workers[i] = (struct worker){.lookups = lookups, .barrier = &barrier, .rounds = rounds};
    if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) give_up("no more threads");
  }
  double start = 0, end = 0;
  for (unsigned i = 0; i < lookups->threads; ++i) {
    pthread_join(threads[i], NULL);
    *found += workers[i].found;
    start = !i || workers[i].start < start ? workers[i].start : start;
    end = workers[i].end > end ? workers[i].end : end;
  }
  pthread_barrier_destroy(&barrier);
  return end - start;
}

static double lookups_take(unsigned rounds, void *data) {
  const struct lookups *lookups = data;
  unsigned found = 0;
  double took;
  if (lookups->threads == 1) {
    double start = now();
    for (unsigned i = 0; i < rounds; ++i) found += look_up_all(lookups);
    took = now() - start;
  } else took = threads_take(rounds, lookups, &found);
  if (found != lookups->found * rounds * lookups->threads) give_up("%u names are found", found);
  return took;
}

static void measure_lookups(const char *path, char **words) {
  char *text = NULL, *line = NULL;
  size_t size = 0, room = 0;
  struct lookups lookups = {.times = (unsigned)atoi(words[2]), .threads = (unsigned)atoi(words[3])};
  FILE *file = fopen(words[0], "r");
  while (file && (size = (size_t)getline(&line, &room, file)) != (size_t)-1) {
    line[--size] = 0;
    lookups.names = realloc(lookups.names, (lookups.count + 1) * sizeof *lookups.names);
    lookups.lengths = realloc(lookups.lengths, (lookups.count + 1) * sizeof *lookups.lengths);
    text = strdup(line);
    lookups.names[lookups.count] = text, lookups.lengths[lookups.count++] = size;
  }
  if (!file || !lookups.count) give_up("%s has no names", words[0]);
  fclose(file);
  unsigned before = system_loads();
  lookups.module = opened(peer_open(path, false), path);
  bool is_found = atoi(words[1]);
  /* Each function answers with its own number. */
  for (unsigned i = 0; is_found && i < lookups.count; ++i) {
    if (((unsigned (*)(void))symbol_of(lookups.module, lookups.names[i]))() != i) give_up("%s is another function", lookups.names[i]);
  }
  lookups.found = is_found ? lookups.count * lookups.times : 0;
  printf("\"systemLoads\": %u, ", system_loads() - before);
  say_samples(lookups_take, &lookups, atof(words[4]) * 1e-3, (double)lookups.count * lookups.times * lookups.threads);
  peer_close(lookups.module);
}

/* ---- thread-local variables ---- */

struct touches {
  long (*touch)(long);
  unsigned threads;
};

static const long TOUCHES = 10000;

static void *touch(void *data) {
  double *took = data;
  long (*function)(long) = *(long (**)(long))(void *)(took + 1);
  long before = function(0);
  double start = now();
  long after = function(TOUCHES);
  *took = now() - start;
  if (after - before != TOUCHES) give_up("the variable was touched %ld times", after - before);
  return NULL;
}

/* Of a thread's own processor time: what threads take from each other shows, what other processes take does not. */
static double touches_take(unsigned rounds, void *data) {
  enum { MOST = 64 };
  const struct touches *touches = data;
  struct {
    double took;
    long (*function)(long);
  } each[MOST];
  pthread_t threads[MOST];
  double sum = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    for (unsigned i = 0; i < touches->threads; ++i) {
      each[i].function = touches->touch;
      if (pthread_create(&threads[i], NULL, touch, &each[i]) != 0) give_up("no more threads");
    }
    for (unsigned i = 0; i < touches->threads; ++i) pthread_join(threads[i], NULL), sum += each[i].took;
  }
  return sum / touches->threads;
}

static void measure_threads(const char *path, char **words) {
  unsigned before = system_loads();
  void *module = opened(peer_open(path, false), path);
  struct touches touches = {(long (*)(long))symbol_of(module, "touch"), (unsigned)atoi(words[0])};
  printf("\"systemLoads\": %u, ", system_loads() - before);
  say_samples(touches_take, &touches, atof(words[1]) * 1e-3, (double)TOUCHES);
  peer_close(module);
}

/* ---- many libraries ---- */

static void measure_many(const char *folder, int count) {
  void **modules = calloc((size_t)count, sizeof *modules);
  char(*paths)[4096] = calloc((size_t)count, sizeof *paths);
  for (int i = 0; i < count; ++i) snprintf(paths[i], sizeof *paths, "%s/lib%d.so", folder, i);
  unsigned before = system_loads();
  double start = now();
  for (int i = 0; i < count; ++i) modules[i] = opened(peer_open(paths[i], true), paths[i]);
  double loaded = now();
  uint32_t sum = 0;
  for (int i = 0; i < count; ++i) {
    char name[32];
    snprintf(name, sizeof name, "sum_%d", i);
    sum += ((uint32_t(*)(void))symbol_of(modules[i], name))();
  }
  printf("\"systemLoads\": %u, \"answer\": %u, ", system_loads() - before, sum);
  double again = now();
  for (int i = count; i-- > 0;) peer_close(modules[i]);
  double closed = now();
  printf("\"left\": %u, \"seconds\": [%.12f]", mappings_of(paths[0]) + mappings_of(paths[count - 1]), (loaded - start + closed - again) / count);
}

/* ---- memory ---- */

/* The first one is not counted: with it come things that stay. */
static void measure_cost(const char *folder, int count) {
  char path[4096];
  size_t held = 0;
  unsigned before = system_loads();
  for (int i = 0; i <= count; ++i) {
    snprintf(path, sizeof path, "%s/lib%d.so", folder, i);
    opened(peer_open(path, false), path);
    if (i == 0) held = held_beside();
  }
  printf("\"systemLoads\": %u, \"held\": %zd", system_loads() - before, (ssize_t)(held_beside() - held) / count);
}

int main(int count, char **words) {
  if (count < 4) give_up("see the first lines of driver.c");
  const char *verb = words[1], *path = words[2];
  char **rest = words + 3;
  peer_start(path);
  printf("{");
  struct load load = {.path = path};
  if (strcmp(verb, "load") == 0 && count == 7) measure_load(load, rest);
  else if (strcmp(verb, "memory") == 0 && count == 7) {
    if (!peer_open_memory) give_up("it does not load from memory");
    read_bytes(&load);
    measure_load(load, rest);
  } else if (strcmp(verb, "objects") == 0 && count > 6) measure_objects(path, rest, count - 3);
  else if (strcmp(verb, "lookup") == 0 && count == 8) measure_lookups(path, rest);
  else if (strcmp(verb, "thread") == 0 && count == 5) measure_threads(path, rest);
  else if (strcmp(verb, "many") == 0 && count == 4) measure_many(path, atoi(rest[0]));
  else if (strcmp(verb, "cost") == 0 && count == 4) measure_cost(path, atoi(rest[0]));
  else give_up("see the first lines of driver.c");
  printf("}\n");
  return 0;
}
