#include "report.h"
#include "host.h"
#include "json.h"
#include "libc/libc.h"
#include "linkwright.h"
#include "region.h"
#include "symbols.h"

void report_fault(const char *file, const struct fault *fault) {
  json_event("fault");
  json_text("file", file);
  json_count("code", fault->code);
  json_count("what", fault->what);
  json_hex("at", fault->at);
  json_hex("value", fault->value);
  json_text("source", fault->source);
  if (fault->member_bytes > 0) json_bytes("member", fault->member, fault->member_bytes);
  json_bytes("name", fault->name, fault->name_bytes);
  json_end();
}

void report_failed(const char *file, uint32_t session) {
  uint64_t name = lw_value(session, LW_FIELD_FAULT_NAME), name_bytes = lw_value(session, LW_FIELD_FAULT_NAME_BYTES);
  uint64_t member = lw_value(session, LW_FIELD_FAULT_MEMBER);
  bool named = name != LW_NONE && name_bytes != LW_NONE;
  report_fault(file, &(struct fault){
    .code = lw_value(session, LW_FIELD_FAULT_CODE),
    .what = lw_value(session, LW_FIELD_FAULT_WHAT),
    .at = lw_value(session, LW_FIELD_FAULT_AT),
    .value = lw_value(session, LW_FIELD_FAULT_VALUE),
    .source = source_name(lw_value(session, LW_FIELD_FAULT_SOURCE)),
    .member = (const char *)(uintptr_t)member,
    .member_bytes = member == LW_NONE ? 0 : (size_t)lw_value(session, LW_FIELD_FAULT_MEMBER_BYTES),
    .name = named ? (const char *)(uintptr_t)name : "",
    .name_bytes = named ? (size_t)name_bytes : 0,
  });
}

void report_code(const char *file, uint32_t code) {
  report_fault(file, &(struct fault){.code = code, .what = LW_WHAT_NONE, .source = "", .name = ""});
}

void report_skipped(const char *file, const char *command) {
  json_event("skipped");
  json_text("file", file);
  json_text("command", command);
  json_end();
}

static void begin_missing(const char *file, const char *symbol, size_t symbol_bytes, const char *by) {
  json_event("missing");
  json_text("file", file);
  json_bytes("symbol", symbol, symbol_bytes);
  json_text("by", by);
}

void report_missing(const char *file, const char *symbol, size_t symbol_bytes, const char *by) {
  begin_missing(file, symbol, symbol_bytes, by);
  json_end();
}

void report_all_missing(const char *file, uint32_t session) {
  uint32_t count = lw_count(session, LW_LIST_MISSING);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t name = lw_entry(session, LW_LIST_MISSING, i, LW_FIELD_NAME);
    uint64_t name_bytes = lw_entry(session, LW_LIST_MISSING, i, LW_FIELD_NAME_BYTES);
    uint64_t source = lw_entry(session, LW_LIST_MISSING, i, LW_FIELD_SOURCE);
    uint64_t library = lw_entry(session, LW_LIST_MISSING, i, LW_FIELD_FILE);
    begin_missing(file, (const char *)(uintptr_t)name, (size_t)name_bytes, source_name(source));
    if (library != LW_NONE) json_bytes("of", (const char *)(uintptr_t)library, (size_t)lw_entry(session, LW_LIST_MISSING, i, LW_FIELD_FILE_BYTES));
    json_end();
  }
}

void report_host(void) {
  for (const struct symbol *symbol; (symbol = symbols_news());) {
    json_event("host");
    json_text("name", symbol->name);
    json_hex("address", (uintptr_t)symbol->at);
    json_end();
  }
}

void report_memory(void) {
  json_count("memory", region_taken(REGION_MODULE));
  json_count("heap", region_taken(REGION_HEAP));
  json_count("core", lw_value(0, LW_FIELD_USED_BYTES));
}

void report_stays(uint32_t module, uint32_t kept) {
  static const char *const reasons[] = {
    [LW_KEPT_NO] = "nothing", [LW_KEPT_REFERENCE] = "reference", [LW_KEPT_SESSION] = "session",
    [LW_KEPT_NEEDED] = "needed", [LW_KEPT_NO_DELETE] = "nodelete",
  };
  json_event("stays");
  json_text("file", source_name(lw_value(module, LW_FIELD_SOURCE)));
  json_text("kept", kept < sizeof reasons / sizeof *reasons ? reasons[kept] : "");
  json_count("destructors", thread_destructors(module));
  json_end();
}
