/* The script of docs/image.md: one command a line, carried out over the core and answered by events. */
#include "board.h"
#include "context.h"
#include "hash.h"
#include "host.h"
#include "json.h"
#include "libc/libc.h"
#include "linkwright.h"
#include "loading.h"
#include "lookup.h"
#include "page.h"
#include "payload.h"
#include "region.h"
#include "report.h"
#include "resolver.h"
#include "rules.h"
#include "search.h"
#include "threads.h"
#include "window.h"

enum { ARGUMENTS = 8 };

/* ---- words of a line ---- */

/* The rest of a line; `at` is a NUL-terminated text that words are cut off from. */
struct line {
  const char *verb;
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
  if (!word || word[0] != '0' || word[1] != 'x' || word[2] == 0) return false;
  *value = 0;
  for (const char *c = word + 2; *c; c++) {
    unsigned lower = (unsigned char)*c | 0x20u;
    unsigned digit = *c >= '0' && *c <= '9' ? (unsigned)*c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
    if (digit > 15) return false;
    *value = *value << 4 | digit;
  }
  return true;
}

/* ---- loading ---- */

/* Each word sets a flag; `local` clears the one that every load has. */
static const struct {
  const char *word;
  enum lw_flag flag;
} flag_words[] = {
  {"local", LW_FLAG_GLOBAL},     {"norun", LW_FLAG_NO_RUN},      {"missing", LW_FLAG_ALLOW_MISSING},
  {"lazy", LW_FLAG_LAZY},        {"text", LW_FLAG_ALLOW_TEXT},   {"deep", LW_FLAG_DEEP_BIND},
  {"copy", LW_FLAG_COPY},        {"nodelete", LW_FLAG_NO_DELETE}, {"patchable", LW_FLAG_PATCHABLE},
  {"inplace", LW_FLAG_IN_PLACE},
};

static uint32_t flag_of(const char *word) {
  for (size_t i = 0; i < sizeof flag_words / sizeof *flag_words; i++) {
    if (is(word, flag_words[i].word)) return (uint32_t)flag_words[i].flag;
  }
  return 0;
}

static void load(struct line *line) {
  const char *file = word_of(line);
  int index = file ? payload_find(file, strlen(file)) : -1;
  if (index < 0) return report_skipped(file ? file : "", line->verb);
  uint32_t flags = LW_FLAG_GLOBAL;
  for (const char *word; (word = word_of(line));) {
    uint32_t flag = flag_of(word);
    if (flag) flags ^= flag;
    else if (is(word, "as") && (word = word_of(line))) file = word;
    else return report_skipped(file, word ? word : "as");
  }
  if (is_loaded(file)) return report_skipped(file, line->verb);
  load_as(file, (uint32_t)index + 1, flags);
}

/* A kind of memory for what is linked from objects: anywhere, or in a window of addresses. */
static void region(struct line *line) {
  uint64_t number, prot, rules, start, bytes;
  if (!number_of(word_of(line), &number) || !number_of(word_of(line), &prot) || !number_of(word_of(line), &rules)) return report_skipped("", line->verb);
  const char *name = word_of(line);
  if (number_of(name, &start)) {
    bool there = number_of(word_of(line), &bytes) && start <= UINTPTR_MAX && bytes <= UINTPTR_MAX - start;
    if (!there || !window_add((uint32_t)number, (struct span){(uintptr_t)start, (size_t)bytes})) return report_skipped("", line->verb);
    name = word_of(line);
  }
  int32_t code = lw_region(context_now(), (uint32_t)number, (uint32_t)prot, (uint32_t)rules, name ? (uintptr_t)name : LW_NONE, name ? (uint32_t)strlen(name) : 0);
  if (code != LW_CODE_OK) report_code("", (uint32_t)code);
}

/* Objects and archives are named before what they are loaded with. */
static void with(struct line *line) {
  const char *file = word_of(line);
  int index = file ? payload_find(file, strlen(file)) : -1;
  if (index < 0) return report_skipped(file ? file : "", line->verb);
  if (!load_with((uint32_t)index + 1)) report_code(file, LW_CODE_OUT_OF_MEMORY);
}

static void unload(struct line *line) {
  const char *file = word_of(line);
  if (!file || !unload_named(file)) report_skipped(file ? file : "", line->verb);
}

/* ---- looking ---- */

static void hash(uint32_t module, const char *file, struct line *line) {
  (void)line;
  report_hash(file, module);
}

static void report_found(const char *file, const char *symbol, found_symbol found, uint64_t steps) {
  if (found == 0) return report_missing(file, symbol, strlen(symbol), file);
  bool local = symbol_field(found, LW_FIELD_TYPE) == STT_TLS;
  json_event("found");
  json_text("file", file);
  json_text("symbol", symbol);
  json_hex("address", local ? symbol_address(found) : symbol_field(found, LW_FIELD_ADDRESS));
  json_text("owner", source_name(lw_value(symbol_module(found), LW_FIELD_SOURCE)));
  json_count("steps", steps);
  json_end();
}

static void find(uint32_t module, const char *file, struct line *line) {
  const char *symbol = word_of(line), *version = word_of(line);
  if (!symbol) return report_skipped(file, line->verb);
  uint64_t start = board_counter();
  found_symbol found = symbol_find(module, symbol, version);
  report_found(file, symbol, found, board_counter() - start);
}

static void next(uint32_t module, const char *file, struct line *line) {
  const char *symbol = word_of(line), *version = word_of(line);
  if (!symbol) return report_skipped(file, line->verb);
  uint64_t start = board_counter();
  found_symbol found = symbol_next(module, symbol, version);
  report_found(file, symbol, found, board_counter() - start);
}

/* What a symbol that a module uses was bound to. */
static void bound(uint32_t module, const char *file, struct line *line) {
  const char *symbol = word_of(line);
  uint32_t count = symbol ? lw_count(module, LW_LIST_BINDING) : 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t index = lw_entry(module, LW_LIST_BINDING, i, LW_FIELD_SYMBOL);
    uint64_t name = lw_entry(module, LW_LIST_SYMBOL, (uint32_t)index, LW_FIELD_NAME);
    if (name == LW_NONE || strcmp((const char *)(uintptr_t)name, symbol) != 0) continue;
    json_event("bound");
    json_text("file", file);
    json_text("symbol", symbol);
    json_hex("address", lw_entry(module, LW_LIST_BINDING, i, LW_FIELD_ADDRESS));
    json_text("owner", source_name(lw_value((uint32_t)lw_entry(module, LW_LIST_BINDING, i, LW_FIELD_OWNER), LW_FIELD_SOURCE)));
    return json_end();
  }
  report_skipped(file, line->verb);
}

/* The address of a symbol of a module; false, and reported missing, if there is none. */
static bool look_up(uint32_t module, const char *file, const char *symbol, uintptr_t *address) {
  found_symbol found = symbol_find(module, symbol, NULL);
  if (found == 0) return report_missing(file, symbol, strlen(symbol), file), false;
  *address = symbol_address(found);
  return true;
}

static void call(uint32_t module, const char *file, struct line *line) {
  uint64_t values[ARGUMENTS] = {0};
  uintptr_t address, a[ARGUMENTS];
  unsigned given = 0;
  const char *symbol = word_of(line);
  if (!symbol) return report_skipped(file, line->verb);
  for (const char *word; (word = word_of(line));) {
    if (given == ARGUMENTS || !number_of(word, &values[given++])) return report_skipped(file, word);
  }
  if (!look_up(module, file, symbol, &address)) return;
  for (unsigned i = 0; i < ARGUMENTS; i++) a[i] = (uintptr_t)values[i];
  typedef uint64_t function(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);
  uint64_t value = ((function *)address)(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
  json_event("returned");
  json_text("file", file);
  json_text("symbol", symbol);
  json_hex("value", value);
  json_end();
}

/* ---- the host's say ---- */

/* The address of a symbol of a module that is there, by the names of both; what is not is reported. */
static bool place_of(struct line *line, const char *file, const char *symbol, uintptr_t *address) {
  uint32_t module = file ? module_of(file) : 0;
  if (module && symbol) return look_up(module, file, symbol, address);
  return report_skipped(file ? file : "", line->verb), false;
}

/* `restore`, an address, or FILE SYMBOL. */
static bool target_of(struct line *line, uint64_t *target) {
  const char *word = word_of(line);
  *target = LW_NONE;
  if (is(word, "restore") || number_of(word, target)) return true;
  uintptr_t address;
  if (!place_of(line, word, word_of(line), &address)) return false;
  *target = address;
  return true;
}

static void patch(uint32_t module, const char *file, struct line *line) {
  const char *symbol = word_of(line);
  uint64_t target;
  if (!symbol) return report_skipped(file, line->verb);
  if (!target_of(line, &target)) return;
  uint32_t session = lw_patch(module, (uintptr_t)symbol, (uint32_t)strlen(symbol), target);
  if (session == 0) return report_code(file, LW_CODE_OUT_OF_MEMORY);
  if (settle(session) != LW_ANSWER_DONE) {
    report_failed(file, session);
  } else {
    json_event("patched");
    json_text("file", file);
    json_text("symbol", symbol);
    json_count("places", lw_result(session));
    json_end();
  }
  lw_close(session);
}

static void add_rule(struct line *line, enum rule_kind kind, uint32_t source, const char *symbol) {
  const char *file = word_of(line);
  uintptr_t address;
  if (!place_of(line, file, word_of(line), &address)) return;
  if (!rule_add(context_now(), kind, source, symbol, address)) report_code(file, LW_CODE_OUT_OF_MEMORY);
}

static void replace(struct line *line) {
  const char *file = word_of(line), *symbol = word_of(line);
  int index = file ? payload_find(file, strlen(file)) : -1;
  if (index < 0 || !symbol) return report_skipped(file ? file : "", line->verb);
  add_rule(line, RULE_INTERCEPT, (uint32_t)index + 1, symbol);
}

static void add_rule_for_all(struct line *line, enum rule_kind kind) {
  const char *symbol = word_of(line);
  if (symbol) add_rule(line, kind, 0, symbol);
  else report_skipped("", line->verb);
}

static void before(struct line *line) { add_rule_for_all(line, RULE_BEFORE); }

static void after(struct line *line) { add_rule_for_all(line, RULE_AFTER); }

static void context(struct line *line) {
  uint64_t number;
  if (!number_of(word_of(line), &number) || number >= CONTEXTS || !context_switch((unsigned)number)) report_skipped("", line->verb);
}

static void thread(struct line *line) {
  uint64_t number;
  if (!number_of(word_of(line), &number) || number >= THREADS || !thread_switch((unsigned)number)) report_skipped("", line->verb);
}

/* Ends what has no end of its own: threads, rules, and modules that are never unloaded. */
static void clear(struct line *line) {
  (void)line;
  threads_end();
  rules_clear(context_now());
  uint32_t session = lw_unload(context_now());
  if (session == 0) return report_code("", LW_CODE_OUT_OF_MEMORY);
  int32_t answer = settle(session);
  if (answer != LW_ANSWER_DONE) report_failed("", session);
  lw_close(session);
  if (answer != LW_ANSWER_DONE) return;
  context_end();
  json_event("cleared");
  report_memory();
  json_end();
}

/* ---- the rest ---- */

static void kept(uint32_t module, const char *file, struct line *line) {
  (void)file, (void)line;
  report_stays(module, (uint32_t)lw_value(module, LW_FIELD_KEPT));
}

static void note(struct line *line) {
  json_event("note");
  json_text("text", line->at);
  json_end();
}

/* ---- commands ---- */

static const struct {
  const char *verb;
  void (*run)(struct line *line);
} commands[] = {
  {"note", note}, {"region", region}, {"with", with}, {"load", load}, {"unload", unload}, {"replace", replace}, {"before", before}, {"after", after}, {"context", context}, {"thread", thread},
  {"clear", clear},
};

/* Those whose first word is a module that is there. */
static const struct {
  const char *verb;
  void (*run)(uint32_t module, const char *file, struct line *line);
} questions[] = {
  {"hash", hash}, {"bound", bound}, {"find", find}, {"next", next}, {"call", call}, {"patch", patch}, {"kept", kept},
};

static void run(struct line line) {
  line.verb = word_of(&line);
  if (!line.verb) return;
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    if (is(line.verb, commands[i].verb)) return commands[i].run(&line);
  }
  const char *file = word_of(&line);
  uint32_t module = file ? module_of(file) : 0;
  for (size_t i = 0; module && i < sizeof questions / sizeof *questions; i++) {
    if (is(line.verb, questions[i].verb)) return questions[i].run(module, file, &line);
  }
  report_skipped(file ? file : "", line.verb);
}

static void *room_for(size_t bytes) {
  size_t whole = page_ceil(bytes);
  uintptr_t at = region_reserve(whole, 0, REGION_ANYWHERE, REGION_IMAGE);
  return at == REGION_REFUSED ? NULL : (void *)at;
}

/* Files that will be loaded are found by their names alone, also by what is loaded before them. */
static void name_load(const char *text) {
  static const char verb[] = "load ";
  if (strncmp(text, verb, sizeof verb - 1) != 0) return;
  const char *file = text + sizeof verb - 1;
  int index = payload_find(file, strcspn(file, " "));
  if (index >= 0) search_name((unsigned)index);
}

void script_run(const char *text, size_t bytes) {
  /* A copy: its words are cut at their ends, and the payload is only lent. */
  char *copy = room_for(bytes + 1), *end = copy + bytes;
  if (!copy || !context_switch(0)) return report_code("script", LW_CODE_OUT_OF_MEMORY);
  memcpy(copy, text, bytes);
  for (char *at = copy; at < end; at++) {
    if (*at == '\n') *at = 0;
  }
  for (char *at = copy; at < end; at += strlen(at) + 1) name_load(at);
  for (char *at = copy; at < end;) {
    char *line = at;
    at += strlen(at) + 1;
    run((struct line){.at = line});
  }
  threads_end();
  thread_end();
}
