/* Readers that take no lock, while one thread loads and unloads: whatever they are told must have held at some time of the call.
 *
 *   threads FOLDER LIBRARIES OPERATIONS READERS SEED [forgetful]
 *
 * The writer counts a clock up before and after whatever it does, and writes down when each module came and went: its life. A
 * forgetful one does not write down that they go, and must be found out. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "host.h"
#include "linkwright.h"

enum { MOST_LIBRARIES = 64, MOST_LIVES = 1 << 16, NAMES = 8, SLOTS = 8, LEAST_QUERIES = 20000, MOST_HELD = 3, MOST_RETIRED = 4, MOST_SLOTS = 256 };

/* What is the same in every life of a library. */
static struct library {
  uint32_t source;
  uint64_t bytes;
  struct {
    char text[128];
    uint32_t index;
    uint64_t offset;
  } names[NAMES];
  /* Where functions lead that are bound when they are called. */
  struct {
    int library;
    uint64_t offset;
  } slots[SLOTS];
} libraries[MOST_LIBRARIES];
static int library_count;

/* A module from the operation that brought it to the one that took it away. */
static struct life {
  int library;
  uint32_t handle;
  uint64_t base, from;
  _Atomic uint64_t to;
} lives[MOST_LIVES];
static atomic_int life_count;

/* Odd while the writer is at work. */
static _Atomic uint64_t clock_now;
static atomic_bool is_over;
static bool is_forgetful;
static uint32_t context;

static uint32_t next_random(uint32_t *state) {
  *state ^= *state << 13, *state ^= *state >> 17, *state ^= *state << 5;
  return *state;
}

/* ---- the writer ---- */

static int library_of(uint64_t source) {
  for (int i = 0; i < library_count; ++i) {
    if (libraries[i].source == source) return i;
  }
  host_fail("a module of no library");
}

static void note(uint32_t code, uint64_t module, uint64_t base) {
  int count = atomic_load(&life_count);
  if (code == LW_EVENT_PUBLISHED) {
    if (count == MOST_LIVES) host_fail("too many modules");
    lives[count] = (struct life){.library = library_of(lw_value((uint32_t)module, LW_FIELD_SOURCE)), .handle = (uint32_t)module, .base = base};
    lives[count].from = atomic_load(&clock_now);
    atomic_store(&lives[count].to, UINT64_MAX);
    atomic_store(&life_count, count + 1);
  } else if (code == LW_EVENT_WITHDRAWN && !is_forgetful) {
    for (int i = count; i-- > 0;) {
      if (lives[i].handle != module || atomic_load(&lives[i].to) != UINT64_MAX) continue;
      atomic_store(&lives[i].to, atomic_load(&clock_now));
      return;
    }
    host_fail("a module went that never came");
  }
}

/* Odd while a reader is within a call. */
static _Atomic uint64_t calls[64];
static int reader_count;

/* Waits until every call has come back that was under way. */
static void wait_for_readers(void) {
  for (int i = 0; i < reader_count; ++i) {
    uint64_t before = atomic_load(&calls[i]);
    while ((before & 1) && atomic_load(&calls[i]) == before) sched_yield();
  }
}

/* What the writer holds, oldest first: few, since each keeps most of the others that it needs. */
static uint32_t held[MOST_HELD];
static int held_count;

static void unload_oldest(void) {
  atomic_fetch_add(&clock_now, 1);
  host_settle(lw_unload(held[0]));
  memmove(held, held + 1, (size_t)--held_count * sizeof *held);
  atomic_fetch_add(&clock_now, 1);
}

static void load(int library) {
  atomic_fetch_add(&clock_now, 1);
  held[held_count++] = host_settle(lw_load(context, libraries[library].source, LW_FLAG_GLOBAL));
  atomic_fetch_add(&clock_now, 1);
}

static void write_all(int operations, uint32_t seed) {
  int retired = 0;
  for (int i = 0; i < operations; ++i) {
    uint32_t random = next_random(&seed);
    if (held_count == MOST_HELD || (held_count > 0 && random % 2)) unload_oldest();
    else load((int)(random / 2 % (uint32_t)library_count));
    // Readers are to get at every state, on one processor, too.
    sched_yield();
    if (++retired < (int)(next_random(&seed) % MOST_RETIRED)) continue;
    wait_for_readers();
    lw_reclaim();
    retired = 0;
  }
}

/* ---- the readers ---- */

/* A question, and what may be answered. */
struct query {
  uint64_t start, end;
  int library;
  uint32_t only; /* this module alone, or 0 */
};

static bool may_be(const struct query *query, const struct life *life) {
  return life->library == query->library && life->from <= query->end && atomic_load(&life->to) >= query->start && (!query->only || life->handle == query->only);
}

static bool must_be(const struct query *query, const struct life *life) {
  return life->library == query->library && life->from < query->start && atomic_load(&life->to) > query->end && (!query->only || life->handle == query->only);
}

/* True if the module was there at some time between start and end; 0: if there was a time without any. */
static bool holds(const struct query *query, uint32_t module) {
  bool has = module == 0;
  for (int i = atomic_load(&life_count); i-- > 0;) {
    if (module == 0 && must_be(query, &lives[i])) return false;
    if (module != 0 && lives[i].handle == module && may_be(query, &lives[i])) has = true;
  }
  return has;
}

/* What the writer has not written down yet it has when it is done. */
static void wait_for_writer(const struct query *query) {
  while (atomic_load(&clock_now) == query->end && (query->end & 1)) sched_yield();
}

static void check(const char *what, const struct query *query, uint32_t module) {
  if (holds(query, module)) return;
  wait_for_writer(query);
  if (holds(query, module)) return;
  fprintf(stderr, "%s: module %x of library %d between %llu and %llu\n", what, module, query->library, (unsigned long long)query->start, (unsigned long long)query->end);
  exit(3);
}

enum { FIND_IN_CONTEXT, FIND_IN_MODULE, AT, SYMBOL_AT, NEXT, BIND, QUESTIONS };
static const char *const questions[QUESTIONS] = {"lw_find in a context", "lw_find in a module", "lw_at", "lw_symbol_at", "lw_next", "lw_bind"};

struct tally {
  uint64_t queries, stale, found[QUESTIONS], absent[QUESTIONS];
  uint32_t seed;
  int number;
};

/* The module that something was asked of was there all the time. */
static bool was_there(const struct query *query, const struct life *life) {
  return life->from < query->start && atomic_load(&life->to) > query->end;
}

/* There is nothing behind a module only if nothing came after it. */
static bool is_last(const struct query *query, const struct life *life) {
  for (int i = atomic_load(&life_count); i-- > life - lives + 1;) {
    if (was_there(query, life) && must_be(query, &lives[i])) return false;
  }
  return true;
}

static void check_next(const struct query *query, const struct life *life, uint32_t module) {
  if (module) return check(questions[NEXT], query, module);
  if (is_last(query, life)) return;
  wait_for_writer(query);
  if (is_last(query, life)) return;
  fprintf(stderr, "%s: module 0 of library %d behind %x\n", questions[NEXT], query->library, life->handle);
  exit(3);
}

/* The function that a slot leads to is that of a module that was there; there is none only if the asker was gone. */
static bool is_bound(const struct query *query, const struct life *life, uint32_t slot, uint64_t address) {
  if (address == LW_NONE) return !was_there(query, life);
  struct query of = {.start = query->start, .end = query->end, .library = libraries[life->library].slots[slot].library};
  for (int i = atomic_load(&life_count); i-- > 0;) {
    if (may_be(&of, &lives[i]) && lives[i].base + libraries[life->library].slots[slot].offset == address) return true;
  }
  return false;
}

static void check_bound(const struct query *query, const struct life *life, uint32_t slot, uint64_t address) {
  if (is_bound(query, life, slot, address)) return;
  wait_for_writer(query);
  if (is_bound(query, life, slot, address)) return;
  fprintf(stderr, "%s: %llx for slot %u of module %x\n", questions[BIND], (unsigned long long)address, slot, life->handle);
  exit(3);
}

static void ask(struct tally *tally) {
  uint32_t random = next_random(&tally->seed), question = random % QUESTIONS, name = random / QUESTIONS % NAMES;
  int count = atomic_load(&life_count);
  // Mostly what came last: whether it is still there is a matter of luck.
  int back = (int)(next_random(&tally->seed) % 2 ? next_random(&tally->seed) % (uint32_t)(library_count * 2) : next_random(&tally->seed) % (uint32_t)count);
  const struct life *life = &lives[back < count ? count - 1 - back : 0];
  // Behind a module another one is looked for, mostly one that came later.
  const struct life *meant = question == NEXT ? &lives[next_random(&tally->seed) % (uint32_t)count] : life;
  if (question == NEXT && meant < life && next_random(&tally->seed) % 4) meant = &lives[count - 1];
  const struct library *library = &libraries[meant->library];
  const char *text = library->names[name].text;
  struct query query = {.library = meant->library, .only = question == FIND_IN_CONTEXT || question == NEXT ? 0 : life->handle};
  uint64_t answer = 0;
  query.start = atomic_load(&clock_now);
  atomic_fetch_add(&calls[tally->number], 1);
  switch (question) {
    case FIND_IN_CONTEXT: answer = lw_find(context, (uintptr_t)text, (uint32_t)strlen(text), LW_NONE, 0); break;
    case FIND_IN_MODULE: answer = lw_find(life->handle, (uintptr_t)text, (uint32_t)strlen(text), LW_NONE, 0); break;
    case AT: answer = (uint64_t)lw_at(context, life->base + library->names[name].offset) << 32; break;
    case SYMBOL_AT: answer = lw_symbol_at(context, life->base + library->names[name].offset); break;
    case NEXT: answer = lw_next(life->handle, (uintptr_t)text, (uint32_t)strlen(text), LW_NONE, 0); break;
    case BIND: answer = lw_bind(life->handle, name, 0); break;
  }
  atomic_fetch_add(&calls[tally->number], 1);
  query.end = atomic_load(&clock_now);
  if (question == BIND) {
    check_bound(&query, life, name, answer);
    ++(answer == LW_NONE ? tally->absent : tally->found)[question];
    return;
  }
  uint32_t module = (uint32_t)(answer >> 32), index = (uint32_t)answer;
  // Another module may lie where this one did.
  if ((question == AT || question == SYMBOL_AT) && module != 0 && module != life->handle) {
    ++tally->stale;
    return;
  }
  if (question == NEXT) check_next(&query, life, module);
  else check(questions[question], &query, module);
  if (module != 0 && question != AT && index != library->names[name].index) {
    fprintf(stderr, "%s: symbol %u, not %u\n", questions[question], index, library->names[name].index);
    exit(3);
  }
  ++(module ? tally->found : tally->absent)[question];
}

static void *read_all(void *at) {
  struct tally *tally = at;
  while (tally->queries < LEAST_QUERIES || !atomic_load(&is_over)) {
    ask(tally);
    ++tally->queries;
  }
  return NULL;
}

/* ---- both ---- */

/* Where functions lead: found by the addresses of the modules that a library was loaded with. */
static void learn_slots(struct library *library, uint32_t module) {
  for (uint32_t i = 0; i < SLOTS; ++i) {
    uint64_t address = lw_bind(module, i, 1);
    if (address >= LW_PENDING) host_fail("slot %u leads nowhere", i);
    uint32_t owner = lw_at(context, address);
    library->slots[i].library = library_of(lw_value(owner, LW_FIELD_SOURCE));
    library->slots[i].offset = address - lw_value(owner, LW_FIELD_BASE);
  }
}

/* What does not change is looked up while nobody else is there; the libraries that it needs are known. */
static void learn(struct library *library, const char *path) {
  library->source = host_source(path);
  if (!library->source) host_fail("%s is not there", path);
  uint32_t module = host_settle(lw_load(context, library->source, 0));
  uint64_t base = lw_value(module, LW_FIELD_BASE);
  library->bytes = lw_value(module, LW_FIELD_BYTES);
  uint32_t index = lw_count(module, LW_LIST_SYMBOL);
  for (int i = 0; i < NAMES; --index) {
    if (index == 1) host_fail("%s defines too little", path);
    if (lw_entry(module, LW_LIST_SYMBOL, index - 1, LW_FIELD_SECTION) == 0) continue;
    uint64_t name = lw_entry(module, LW_LIST_SYMBOL, index - 1, LW_FIELD_NAME);
    uint64_t bytes = lw_entry(module, LW_LIST_SYMBOL, index - 1, LW_FIELD_NAME_BYTES);
    if (bytes >= sizeof library->names[i].text) continue;
    memcpy(library->names[i].text, (const char *)(uintptr_t)name, bytes);
    library->names[i].index = index - 1;
    library->names[i++].offset = lw_entry(module, LW_LIST_SYMBOL, index - 1, LW_FIELD_ADDRESS) - base;
  }
  learn_slots(library, module);
  host_settle(lw_unload(module));
  lw_reclaim();
}

int main(int count, char **words) {
  if (count != 6 && count != 7) host_fail("threads FOLDER LIBRARIES OPERATIONS READERS SEED [forgetful]");
  library_count = atoi(words[2]);
  reader_count = atoi(words[4]);
  is_forgetful = count == 7;
  uint32_t seed = (uint32_t)atoi(words[5]) * 2654435761u | 1;
  if (library_count > MOST_LIBRARIES || reader_count > 64) host_fail("too many");
  host_start(words[1]);
  // Slots of handles are never given back: they are all taken before anything is counted.
  uint32_t slots[MOST_SLOTS];
  for (int i = 0; i < MOST_SLOTS; ++i) slots[i] = lw_context(0, 0, 0);
  for (int i = 0; i < MOST_SLOTS; ++i) lw_close(slots[i]);
  uint64_t used = lw_value(0, LW_FIELD_USED_BYTES);
  context = lw_context(0, 0, 0);
  for (int i = 0; i < library_count; ++i) {
    char path[4096];
    snprintf(path, sizeof path, "%s/lib%d.so", words[1], i);
    learn(&libraries[i], path);
  }
  host_event = note;
  load(0);
  pthread_t threads[64];
  struct tally tallies[64] = {0};
  for (int i = 0; i < reader_count; ++i) {
    tallies[i] = (struct tally){.seed = seed + (uint32_t)i * 2 + 2, .number = i};
    if (pthread_create(&threads[i], NULL, read_all, &tallies[i]) != 0) host_fail("no thread");
  }
  write_all(atoi(words[3]), seed);
  atomic_store(&is_over, true);
  struct tally sum = {0};
  for (int i = 0; i < reader_count; ++i) {
    pthread_join(threads[i], NULL);
    sum.queries += tallies[i].queries, sum.stale += tallies[i].stale;
    for (int k = 0; k < QUESTIONS; ++k) sum.found[k] += tallies[i].found[k], sum.absent[k] += tallies[i].absent[k];
  }
  while (held_count > 0) unload_oldest();
  lw_reclaim();
  lw_close(context);
  printf("{\"queries\": %llu, \"elsewhere\": %llu, \"modules\": %d, \"leftBytes\": %lld, \"leftReserved\": %llu, \"leftFiles\": %u, \"answers\": {",
         (unsigned long long)sum.queries, (unsigned long long)sum.stale, atomic_load(&life_count), (long long)(lw_value(0, LW_FIELD_USED_BYTES) - used),
         (unsigned long long)host_reserved(), host_open_files());
  for (int i = 0; i < QUESTIONS; ++i)
    printf("%s\"%s\": {\"found\": %llu, \"absent\": %llu}", i ? ", " : "", questions[i], (unsigned long long)sum.found[i], (unsigned long long)sum.absent[i]);
  puts("}}");
  return 0;
}
