/* The script of docs/image.md: one command a line, carried out over the core and answered by events. */
#include "board.h"
#include "host.h"
#include "json.h"
#include "libc/libc.h"
#include "linkwright.h"
#include "machine.h"
#include "page.h"
#include "payload.h"
#include "region.h"
#include "symbols.h"

enum { ARGUMENTS = 8, STAGES = LW_STAGE_FAILED + 1, PT_LOAD = 1 };

static uint32_t context;

/* What `load FILE` loaded, by index of the file in the payload; 0 if it is not there. */
static uint32_t *modules;

uint32_t script_context(void) { return context; }

/* ---- how long the stages of a load take ---- */

static struct {
  uint64_t start, last, steps[STAGES];
  uint32_t stage;
} measured;

static void measure(void) {
  memset(&measured, 0, sizeof measured);
  measured.start = measured.last = board_counter();
}

void script_stage(uint32_t stage) {
  uint64_t now = board_counter();
  measured.steps[measured.stage] += now - measured.last;
  measured.last = now;
  if (stage < STAGES) measured.stage = stage;
}

/* ---- words of a line ---- */

/* The rest of a line; `at` is a NUL-terminated text that words are cut off from. */
struct line {
  char *at;
};

/* The next word, or NULL at the end. */
static char *word_of(struct line *line) {
  while (*line->at == ' ') line->at++;
  if (*line->at == 0) return NULL;
  char *word = line->at;
  while (*line->at && *line->at != ' ') line->at++;
  if (*line->at) *line->at++ = 0;
  return word;
}

static bool is(const char *word, const char *what) { return word && strcmp(word, what) == 0; }

/* A hexadecimal number with 0x. */
static bool number_of(const char *word, uint64_t *value) {
  if (word[0] != '0' || word[1] != 'x' || word[2] == 0) return false;
  *value = 0;
  for (const char *c = word + 2; *c; c++) {
    unsigned lower = (unsigned char)*c | 0x20u;
    unsigned digit = *c >= '0' && *c <= '9' ? (unsigned)*c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
    if (digit > 15) return false;
    *value = *value << 4 | digit;
  }
  return true;
}

/* ---- events ---- */

static void report_skipped(const char *file, const char *command) {
  json_event("skipped");
  json_text("file", file);
  json_text("command", command);
  json_end();
}

/* The host symbols that were bound for the first time. After a load, so that printing is not measured as linking. */
static void report_host(void) {
  for (const struct symbol *symbol; (symbol = symbols_news());) {
    json_event("host");
    json_text("name", symbol->name);
    json_hex("address", (uintptr_t)symbol->at);
    json_end();
  }
}

static void report_missing(const char *file, const char *symbol, size_t symbol_bytes, const char *by) {
  json_event("missing");
  json_text("file", file);
  json_bytes("symbol", symbol, symbol_bytes);
  json_text("by", by);
  json_end();
}

static void report_all_missing(const char *file, uint32_t session) {
  uint32_t count = lw_count(session, LW_LIST_MISSING);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t name = lw_entry(session, LW_LIST_MISSING, i, LW_FIELD_NAME);
    uint64_t name_bytes = lw_entry(session, LW_LIST_MISSING, i, LW_FIELD_NAME_BYTES);
    uint64_t source = lw_entry(session, LW_LIST_MISSING, i, LW_FIELD_SOURCE);
    report_missing(file, (const char *)(uintptr_t)name, (size_t)name_bytes, source_name(source));
  }
}

static void report_fault(const char *file, uint32_t session) {
  json_event("fault");
  json_text("file", file);
  json_count("code", lw_value(session, LW_FIELD_FAULT_CODE));
  json_count("what", lw_value(session, LW_FIELD_FAULT_WHAT));
  json_hex("at", lw_value(session, LW_FIELD_FAULT_AT));
  json_hex("value", lw_value(session, LW_FIELD_FAULT_VALUE));
  json_text("source", source_name(lw_value(session, LW_FIELD_FAULT_SOURCE)));
  uint64_t name = lw_value(session, LW_FIELD_FAULT_NAME), name_bytes = lw_value(session, LW_FIELD_FAULT_NAME_BYTES);
  bool named = name != LW_NONE && name_bytes != LW_NONE;
  json_bytes("name", named ? (const char *)(uintptr_t)name : "", named ? (size_t)name_bytes : 0);
  json_end();
}

/* A fault that no session tells of: the core had no memory for one, or a handle was refused. */
static void report_code(const char *file, uint32_t code) {
  json_event("fault");
  json_text("file", file);
  json_count("code", code);
  json_count("what", LW_WHAT_NONE);
  json_hex("at", 0);
  json_hex("value", 0);
  json_text("source", "");
  json_text("name", "");
  json_end();
}

static void add_memory(void) {
  json_count("memory", region_taken(REGION_MODULE));
  json_count("heap", region_taken(REGION_HEAP));
  json_count("core", lw_value(0, LW_FIELD_USED_BYTES));
}

static void report_loaded(const char *file, uint32_t session, uint64_t total) {
  static const struct {
    const char *name;
    enum lw_stage stage;
  } steps[] = {
    {"gather", LW_STAGE_GATHER}, {"plan", LW_STAGE_PLAN}, {"map", LW_STAGE_MAP}, {"link", LW_STAGE_LINK},
    {"relocate", LW_STAGE_RELOCATE}, {"protect", LW_STAGE_PROTECT}, {"init", LW_STAGE_INIT},
  };
  json_event("loaded");
  json_text("file", file);
  json_open("modules", '[');
  uint32_t count = lw_count(session, LW_LIST_MODULE);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t module = (uint32_t)lw_entry(session, LW_LIST_MODULE, i, LW_FIELD_OWNER);
    json_item();
    json_text("name", source_name(lw_value(module, LW_FIELD_SOURCE)));
    json_hex("base", lw_value(module, LW_FIELD_BASE));
    json_hex("bias", lw_value(module, LW_FIELD_BIAS));
    json_count("bytes", lw_value(module, LW_FIELD_BYTES));
    json_close('}');
  }
  json_close(']');
  add_memory();
  json_count("peak", lw_value(0, LW_FIELD_PEAK_BYTES));
  json_open("steps", '{');
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) json_count(steps[i].name, measured.steps[steps[i].stage]);
  json_count("total", total);
  json_close('}');
  json_end();
}

/* ---- commands ---- */

/* Takes a session to its end. */
static int32_t settle(uint32_t session) {
  int32_t answer;
  do answer = lw_advance(session);
  while (answer == LW_ANSWER_PENDING);
  return answer;
}

static void load(int index, const char *file, struct line *line) {
  uint32_t flags = LW_FLAG_GLOBAL;
  for (const char *word; (word = word_of(line));) {
    if (is(word, "norun")) flags |= LW_FLAG_NO_RUN;
    else if (is(word, "missing")) flags |= LW_FLAG_ALLOW_MISSING;
    else return report_skipped(file, word);
  }
  measure();
  uint32_t session = lw_load(context, (uint32_t)index + 1, flags);
  if (session == 0) return report_code(file, LW_CODE_OUT_OF_MEMORY);
  int32_t answer = settle(session);
  uint64_t total = board_counter() - measured.start;
  report_host();
  report_all_missing(file, session);
  if (answer == LW_ANSWER_DONE) {
    modules[index] = lw_result(session);
    report_loaded(file, session, total);
  } else {
    report_fault(file, session);
  }
  lw_close(session);
}

static void unload(int index, const char *file) {
  uint32_t session = lw_unload(modules[index]);
  if (session == 0) return report_code(file, LW_CODE_OUT_OF_MEMORY);
  int32_t answer = settle(session);
  /* A finaliser that was refused is told; the module is gone all the same. */
  modules[index] = 0;
  if (answer != LW_ANSWER_DONE) report_fault(file, session);
  lw_close(session);
  if (answer != LW_ANSWER_DONE) return;
  json_event("unloaded");
  json_text("file", file);
  add_memory();
  json_end();
}

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const unsigned char *at, size_t bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < bytes; i++) hash = (hash ^ at[i]) * 0x100000001b3;
  return hash;
}

/* A segment that nobody may read is opened for as long as it takes. */
static uint64_t hash_of_segment(uintptr_t at, size_t bytes, uint64_t flags) {
  bool closed = (flags & (PF_R | PF_W | PF_X)) == 0;
  if (closed && !region_protect(at, bytes, PF_R)) return 0;
  uint64_t hash = hash_of((const unsigned char *)at, bytes);
  if (closed) region_protect(at, bytes, 0);
  return hash;
}

static void hash(uint32_t module, const char *file) {
  json_event("hash");
  json_text("file", file);
  json_open("segments", '[');
  uint64_t bias = lw_value(module, LW_FIELD_BIAS);
  uint32_t count = lw_count(module, LW_LIST_PHDR);
  for (uint32_t i = 0; i < count; i++) {
    if (lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_TYPE) != PT_LOAD) continue;
    uint64_t vaddr = lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_VADDR);
    uint64_t bytes = lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_BYTES);
    json_item();
    json_hex("vaddr", vaddr);
    json_count("bytes", bytes);
    json_hex("hash", hash_of_segment((uintptr_t)(vaddr + bias), (size_t)bytes, lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_FLAGS)));
    json_close('}');
  }
  json_close(']');
  json_end();
}

/* Looks up a symbol; reports it missing if there is none. */
static bool look_up(uint32_t module, const char *file, const char *symbol, uint64_t *found) {
  size_t bytes = strlen(symbol);
  *found = lw_find(module, (uintptr_t)symbol, (uint32_t)bytes, LW_NONE, 0);
  if (*found == 0) report_missing(file, symbol, bytes, file);
  return *found != 0;
}

static uint64_t address_of(uint64_t found) {
  return lw_entry((uint32_t)(found >> 32), LW_LIST_SYMBOL, (uint32_t)found, LW_FIELD_ADDRESS);
}

static void find(uint32_t module, const char *file, const char *symbol) {
  uint64_t found, start = board_counter();
  if (!look_up(module, file, symbol, &found)) return;
  uint64_t steps = board_counter() - start;
  json_event("found");
  json_text("file", file);
  json_text("symbol", symbol);
  json_hex("address", address_of(found));
  json_text("owner", source_name(lw_value((uint32_t)(found >> 32), LW_FIELD_SOURCE)));
  json_count("steps", steps);
  json_end();
}

static void call(uint32_t module, const char *file, const char *symbol, struct line *line) {
  uint64_t values[ARGUMENTS] = {0}, found;
  unsigned given = 0;
  for (const char *word; (word = word_of(line));) {
    if (given == ARGUMENTS || !number_of(word, &values[given++])) return report_skipped(file, word);
  }
  if (!look_up(module, file, symbol, &found)) return;
  uintptr_t a[ARGUMENTS];
  for (unsigned i = 0; i < ARGUMENTS; i++) a[i] = (uintptr_t)values[i];
  typedef uint64_t function(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);
  uint64_t value = ((function *)(uintptr_t)address_of(found))(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
  json_event("returned");
  json_text("file", file);
  json_text("symbol", symbol);
  json_hex("value", value);
  json_end();
}

static void note(const char *text) {
  json_event("note");
  json_text("text", text);
  json_end();
}

/* The module of a file: what `load` loaded, or what was loaded because another module needs it; 0 if it is not there. */
static uint32_t module_of(int index) {
  if (modules[index]) return modules[index];
  uint32_t count = lw_count(context, LW_LIST_MODULE);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t module = (uint32_t)lw_entry(context, LW_LIST_MODULE, i, LW_FIELD_OWNER);
    if (lw_value(module, LW_FIELD_SOURCE) == (uint32_t)index + 1) return module;
  }
  return 0;
}

static void command(struct line line) {
  const char *verb = word_of(&line);
  if (!verb) return;
  if (is(verb, "note")) return note(line.at);
  const char *file = word_of(&line);
  int index = file ? payload_find(file, strlen(file)) : -1;
  if (index < 0) return report_skipped(file ? file : "", verb);
  if (is(verb, "load") && modules[index] == 0) return load(index, file, &line);
  if (is(verb, "unload") && modules[index] != 0) return unload(index, file);
  uint32_t module = module_of(index);
  if (module && is(verb, "hash")) return hash(module, file);
  const char *symbol = word_of(&line);
  if (module && symbol && is(verb, "find")) return find(module, file, symbol);
  if (module && symbol && is(verb, "call")) return call(module, file, symbol, &line);
  report_skipped(file, verb);
}

static void *room_for(size_t bytes) {
  size_t whole = page_ceil(bytes);
  uintptr_t at = region_reserve(whole, 0, REGION_ANYWHERE, REGION_IMAGE);
  return at == REGION_REFUSED ? NULL : (void *)at;
}

void script_run(const char *text, size_t bytes) {
  static char *argv[] = {"module", NULL}, *envp[] = {NULL};
  context = lw_context(1, (uintptr_t)argv, (uintptr_t)envp);
  modules = room_for(payload_count() * sizeof *modules);
  /* A copy: its words are cut at their ends, and the payload is only lent. */
  char *copy = room_for(bytes + 1);
  if (!context || !modules || !copy) return report_code("script", LW_CODE_OUT_OF_MEMORY);
  memcpy(copy, text, bytes);
  for (char *at = copy, *end = copy + bytes; at < end;) {
    char *newline = at;
    while (newline < end && *newline != '\n') newline++;
    *newline = 0;
    command((struct line){at});
    at = newline + 1;
  }
}
