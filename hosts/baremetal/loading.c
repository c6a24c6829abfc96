#include "loading.h"
#include "board.h"
#include "context.h"
#include "host.h"
#include "json.h"
#include "libc/libc.h"
#include "linkwright.h"
#include "payload.h"
#include "report.h"

/* ---- how long the stages of a load take ---- */

enum { STAGES = LW_STAGE_FAILED + 1 };

static struct {
  uint64_t start, last, steps[STAGES];
  uint32_t stage;
} measured;

static void measure(void) {
  memset(&measured, 0, sizeof measured);
  measured.start = measured.last = board_counter();
}

void loading_stage(uint32_t stage) {
  uint64_t now = board_counter();
  measured.steps[measured.stage] += now - measured.last;
  measured.last = now;
  if (stage < STAGES) measured.stage = stage;
}

/* ---- what was loaded ---- */

static struct loaded {
  const char *name;
  uint32_t context, module;
} *loaded;
static size_t loaded_count;

static struct loaded *named(const char *name) {
  for (size_t i = 0; i < loaded_count; i++) {
    if (loaded[i].context == context_now() && strcmp(name, loaded[i].name) == 0) return &loaded[i];
  }
  return NULL;
}

bool is_loaded(const char *name) { return named(name) != NULL; }

static bool remember(const char *name, uint32_t module) {
  struct loaded *more = reallocarray(loaded, loaded_count + 1, sizeof *loaded);
  if (!more) return false;
  loaded = more;
  loaded[loaded_count++] = (struct loaded){name, context_now(), module};
  return true;
}

static void forget(struct loaded *one) { *one = loaded[--loaded_count]; }

uint32_t module_of(const char *name) {
  const struct loaded *one = named(name);
  if (one) return one->module;
  int index = payload_find(name, strlen(name));
  return index < 0 ? 0 : module_from(context_now(), (uint32_t)index + 1);
}

/* ---- load, unload ---- */

/* Of a load with Flag.InPlace: bytes that are used where the payload has them, and what had to be copied although nothing writes it. */
static void report_in_place(uint32_t session) {
  static const char *const reasons[] = {
    [LW_COPIED_RELOCATED] = "relocated", [LW_COPIED_MISALIGNED] = "misaligned", [LW_COPIED_BEYOND] = "beyond",
    [LW_COPIED_GATHERED] = "gathered", [LW_COPIED_REFUSED] = "refused",
  };
  uint32_t count = lw_count(session, LW_LIST_SECTION);
  if (count == 0 || lw_entry(session, LW_LIST_SECTION, 0, LW_FIELD_COPIED) == LW_NONE) return;
  json_count("inPlace", lw_entry(session, LW_LIST_TALLY, LW_TALLY_IN_PLACE, LW_FIELD_BYTES));
  json_open("copied", '[');
  for (uint32_t i = 0; i < count; i++) {
    uint64_t reason = lw_entry(session, LW_LIST_SECTION, i, LW_FIELD_COPIED), name = lw_entry(session, LW_LIST_SECTION, i, LW_FIELD_NAME);
    if (reason >= sizeof reasons / sizeof *reasons || !reasons[reason] || name == LW_NONE) continue;
    json_item();
    json_bytes("section", (const char *)(uintptr_t)name, (size_t)lw_entry(session, LW_LIST_SECTION, i, LW_FIELD_NAME_BYTES));
    json_text("why", reasons[reason]);
    json_count("bytes", lw_entry(session, LW_LIST_SECTION, i, LW_FIELD_BYTES));
    json_close('}');
  }
  json_close(']');
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
  report_in_place(session);
  report_memory();
  json_count("peak", lw_value(0, LW_FIELD_PEAK_BYTES));
  json_open("steps", '{');
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) json_count(steps[i].name, measured.steps[steps[i].stage]);
  json_count("total", total);
  json_close('}');
  json_end();
}

static uint32_t *others;
static size_t others_count;

bool load_with(uint32_t source) {
  uint32_t *more = reallocarray(others, others_count + 1, sizeof *others);
  if (!more) return false;
  others = more;
  others[others_count++] = source;
  return true;
}

/* What was to be loaded with it is part of it, also of one that fails. */
static int32_t add_others(uint32_t session) {
  int32_t code = LW_CODE_OK;
  for (size_t i = 0; i < others_count && code == LW_CODE_OK; i++) code = lw_add(session, others[i]);
  others_count = 0;
  return code;
}

void load_as(const char *name, uint32_t source, uint32_t flags) {
  measure();
  uint32_t session = lw_load(context_now(), source, flags);
  int32_t added = session == 0 ? LW_CODE_OUT_OF_MEMORY : add_others(session);
  if (added != LW_CODE_OK) return report_code(name, (uint32_t)added);
  int32_t answer = settle(session);
  uint64_t total = board_counter() - measured.start;
  report_host();
  report_all_missing(name, session);
  if (answer != LW_ANSWER_DONE) report_failed(name, session);
  else if (remember(name, lw_result(session))) report_loaded(name, session, total);
  else report_code(name, LW_CODE_OUT_OF_MEMORY);
  lw_close(session);
}

bool unload_named(const char *name) {
  struct loaded *one = named(name);
  if (!one) return false;
  uint32_t session = lw_unload(one->module);
  if (session == 0) return report_code(name, LW_CODE_OUT_OF_MEMORY), true;
  /* A finaliser that was refused is told; the module is gone all the same. */
  forget(one);
  int32_t answer = settle(session);
  if (answer != LW_ANSWER_DONE) report_failed(name, session);
  lw_close(session);
  if (answer != LW_ANSWER_DONE) return true;
  json_event("unloaded");
  json_text("file", name);
  report_memory();
  json_end();
  return true;
}
