/* What went wrong, in words, for the thread that it went wrong in. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "host.h"
#include "means.h"

static _Thread_local struct {
  bool is_set;
  bool is_missing; /* a symbol was not found: `text` is its name, and is worded when somebody asks. Most who look in vain do not */
  uint32_t missing_from;
  char text[768];
} last __attribute__((tls_model("initial-exec")));

int fail(int code, const char *format, ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(last.text, sizeof last.text, format, values);
  va_end(values);
  last.is_set = true;
  last.is_missing = false;
  LOG(LW_LEVEL_ERROR, "%s", last.text);
  return code;
}

void error_forget(void) { last.is_set = false; }

/* Under the lock: another thread may be about to close the module, and its file's name goes with it. */
static int fail_undefined(uint32_t module, const char *name, const char *version) {
  // Before anything was opened there is no module, and nothing is begun for the words.
  if (module && !host_enter()) return LW_CODE_OUT_OF_MEMORY;
  struct file *file = module ? file_at((uint32_t)core_value(module, LW_FIELD_SOURCE)) : NULL;
  int code = fail(LW_CODE_MISSING_SYMBOL, "%s: undefined symbol: %s%s%s", file ? file->path : "linkwright", name, version ? ", version " : "", version ? version : "");
  if (module) host_leave();
  return code;
}

static void note_missing(uint32_t module) {
  last.missing_from = module;
  last.is_set = last.is_missing = true;
}

static __attribute__((noinline)) void fail_missing_slowly(uint32_t module, const char *name, uint32_t bytes) {
  if (bytes >= sizeof last.text || log_level >= (int)LW_LEVEL_ERROR) return (void)fail_undefined(module, name, NULL);
  memcpy(last.text, name, bytes + 1);
  note_missing(module);
}

/* Nearly all names are shorter than this, and are copied with what is behind them on their page: to be exact costs more than all of them. */
enum { AT_ONCE = 48, PAGE = 4096 };
_Static_assert(AT_ONCE <= sizeof last.text, "there is room for it");

void fail_missing_plain(uint32_t module, const char *name, uint32_t bytes) {
  bool is_short = bytes < AT_ONCE && ((uintptr_t)name & (PAGE - 1)) <= PAGE - AT_ONCE;
  if (__builtin_expect(!is_short || log_level >= (int)LW_LEVEL_ERROR, 0)) return fail_missing_slowly(module, name, bytes);
  memcpy(last.text, name, AT_ONCE);
  note_missing(module);
}

int fail_missing(uint32_t module, const char *name, const char *version) {
  if (version) return fail_undefined(module, name, version);
  fail_missing_plain(module, name, (uint32_t)strlen(name));
  return LW_CODE_MISSING_SYMBOL;
}

PUBLIC const char *lw_error(void) {
  if (!last.is_set) return NULL;
  if (last.is_missing) {
    char name[sizeof last.text];
    memcpy(name, last.text, sizeof name);
    fail_undefined(last.missing_from, name, NULL);
  }
  last.is_set = false;
  return last.text;
}

static const struct fault_words {
  uint32_t code;
  const char *name, *means, *expected, *remedy;
} fault_words[] = {
#define ROW(code, name, means, expected, remedy) {code, name, means, expected, remedy},
  LW_FAULTS(ROW)
#undef ROW
};

static const struct fault_words *words_of(uint32_t code) {
  for (size_t i = 0; i < sizeof fault_words / sizeof *fault_words; ++i) {
    if (fault_words[i].code == code) return &fault_words[i];
  }
  return NULL;
}

/* Appends as much as there is room for. */
static size_t add(char *line, size_t room, size_t used, const char *format, ...) {
  if (used >= room) return used;
  va_list values;
  va_start(values, format);
  int bytes = vsnprintf(line + used, room - used, format, values);
  va_end(values);
  return used + (bytes > 0 ? (size_t)bytes : 0);
}

/* All that nobody defines, as far as there is room for the names. */
static size_t add_missing(uint32_t session, char *line, size_t room, size_t used) {
  uint32_t count = core_count(session, LW_LIST_MISSING);
  for (uint32_t i = 0; i < count && used < room - 48; ++i) {
    uint64_t name = core_entry(session, LW_LIST_MISSING, i, LW_FIELD_NAME);
    int bytes = (int)core_entry(session, LW_LIST_MISSING, i, LW_FIELD_NAME_BYTES);
    struct file *from = file_at((uint32_t)core_entry(session, LW_LIST_MISSING, i, LW_FIELD_SOURCE));
    uint64_t library = core_entry(session, LW_LIST_MISSING, i, LW_FIELD_FILE); /* of a version */
    int library_bytes = (int)core_entry(session, LW_LIST_MISSING, i, LW_FIELD_FILE_BYTES);
    used = add(line, room, used, "%s%.*s", i ? ", " : ": ", bytes, (const char *)at(name));
    if (library != LW_NONE) used = add(line, room, used, " of %.*s", library_bytes, (const char *)at(library));
    used = add(line, room, used, " (needed by %s)", from ? from->path : "?");
  }
  return used;
}

/* What the system's linker says of a file, for what callers of dlopen meet. */
static const struct {
  uint32_t code;
  const char *words;
} system_words[] = {
  {LW_CODE_BAD_MAGIC, "invalid ELF header"}, {LW_CODE_TRUNCATED, "file too short"}, {LW_CODE_BAD_TYPE, "only ET_DYN and ET_EXEC can be loaded"},
  {LW_CODE_BAD_CLASS, "wrong ELF class"}, {LW_CODE_NO_SEGMENTS, "object file has no loadable segments"},
};

static bool is_as_system;

void error_as_system(bool is_wanted) { is_as_system = is_wanted; }

/* Says it so, if there are such words. */
static bool fail_as_system(uint32_t session, uint32_t code, const struct file *file) {
  uint32_t count = core_count(session, LW_LIST_MISSING);
  if (count > 0 && (code == LW_CODE_MISSING_SYMBOL || code == LW_CODE_MISSING_LIBRARY)) {
    struct file *from = file_at((uint32_t)core_entry(session, LW_LIST_MISSING, 0, LW_FIELD_SOURCE));
    int bytes = (int)core_entry(session, LW_LIST_MISSING, 0, LW_FIELD_NAME_BYTES);
    const char *name = at(core_entry(session, LW_LIST_MISSING, 0, LW_FIELD_NAME));
    if (code == LW_CODE_MISSING_LIBRARY) fail((int)code, "%.*s: cannot open shared object file: No such file or directory", bytes, name);
    else fail((int)code, "%s: undefined symbol: %.*s", from ? from->path : "?", bytes, name);
    return true;
  }
  for (size_t i = 0; file && i < sizeof system_words / sizeof *system_words; ++i) {
    if (system_words[i].code == code) return fail((int)code, "%s: %s", file->path, system_words[i].words);
  }
  return false;
}

int fail_session(uint32_t session) {
  uint32_t code = (uint32_t)core_value(session, LW_FIELD_FAULT_CODE);
  const struct fault_words *words = words_of(code);
  struct file *file = file_at((uint32_t)core_value(session, LW_FIELD_FAULT_SOURCE));
  uint64_t name = core_value(session, LW_FIELD_FAULT_NAME), where = core_value(session, LW_FIELD_FAULT_AT), value = core_value(session, LW_FIELD_FAULT_VALUE);
  char line[sizeof last.text];
  uint64_t member = core_value(session, LW_FIELD_FAULT_MEMBER);
  size_t used = add(line, sizeof line, 0, "%s", file ? file->path : "linkwright");
  if (member != LW_NONE) used = add(line, sizeof line, used, "(%.*s)", (int)core_value(session, LW_FIELD_FAULT_MEMBER_BYTES), (const char *)at(member));
  used = add(line, sizeof line, used, ": %s", words ? words->means : "failed");
  if (core_count(session, LW_LIST_MISSING) > 0) used = add_missing(session, line, sizeof line, used);
  else if (name != LW_NONE) used = add(line, sizeof line, used, ": %.*s", (int)core_value(session, LW_FIELD_FAULT_NAME_BYTES), (const char *)at(name));
  used = add(line, sizeof line, used, " (%s", words ? words->name : "?");
  if (where != LW_NONE) used = add(line, sizeof line, used, ", at %#llx", (unsigned long long)where);
  add(line, sizeof line, used, ", found %#llx%s%s)", (unsigned long long)value, words ? "; expected: " : "", words ? words->expected : "");
  if (is_as_system && member == LW_NONE && fail_as_system(session, code, file)) {
    LOG(LW_LEVEL_INFO, "%s", line);
    return (int)code;
  }
  return fail((int)code, "%s", line);
}
