// Handles that are null, closed or made up are refused, and so are calls without what they need.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
EXPORT int one(void) { return 17; }
#else
static int visit(const struct lw_info *info, void *data) { return info->module == *(lw_module *)data; }

int main(void) {
  lw_module module = 99;
  lw_context context;
  struct lw_info info;
  struct lw_place place;
  FAILS(lw_open(LW_PROCESS, 0, 0, &module), LW_CODE_WRONG_KIND, "no path");
  FAILS(lw_open(LW_PROCESS, "./one.so", 0, 0), LW_CODE_WRONG_KIND, "no place");
  FAILS(lw_open(LW_PROCESS, "./one.so", 2, &module), LW_CODE_BAD_FLAGS, "0x2");
  FAILS(lw_open(LW_PROCESS, "./one.so", 1u << 31, &module), LW_CODE_BAD_FLAGS, "0x80000000");
  FAILS(lw_open(LW_PROCESS, "./one.so", LW_NOLOAD, &module), LW_CODE_NOT_HELD, "not loaded");
  FAILS(lw_open_fd(LW_PROCESS, 0, "one", 0, 0), LW_CODE_WRONG_KIND, "no place");
  FAILS(lw_open_fd(LW_PROCESS, -1, "one", 0, &module), LW_CODE_VIEW_REFUSED, "Bad file descriptor");
  FAILS(lw_open_fd(LW_PROCESS, 1000, 0, 0, &module), LW_CODE_VIEW_REFUSED, "Bad file descriptor");
  FAILS(lw_open_memory(LW_PROCESS, 0, 64, "m", 0, &module), LW_CODE_WRONG_KIND, "no bytes");
  FAILS(lw_open_memory(LW_PROCESS, &info, 64, "m", 0, 0), LW_CODE_WRONG_KIND, "no place");
  FAILS(lw_open_memory(LW_PROCESS, "", 0, "m", 0, &module), LW_CODE_TRUNCATED, "m: ");
  FAILS(lw_context_open(0), LW_CODE_WRONG_KIND, "no place");
  FAILS(lw_modules(LW_PROCESS, 0, 0), LW_CODE_WRONG_KIND, "nobody");
  FAILS(lw_address(LW_PROCESS, main, 0), LW_CODE_WRONG_KIND, "no place");
  FAILS(lw_module_info(1, 0), LW_CODE_WRONG_KIND, "no place");
  CHECK(module == 99); // nothing is written by what fails
  CHECK(!lw_symbol(1, 0) && strstr(lw_error(), "no name"));
  CHECK(!lw_global(LW_PROCESS, 0) && strstr(lw_error(), "no name"));
  CHECK(!lw_next(1, 0) && strstr(lw_error(), "no name"));
  FAILS(lw_patch(1, 0, 0, 0), LW_CODE_WRONG_KIND, "no name");

  CHECK(lw_context_open(&context) == LW_OK);
  module = LOAD("./one.so", 0);
  CHECK(SYMBOL_OF(int (*)(void), module, "one")() == 17);
  CHECK(lw_modules(LW_PROCESS, visit, &module) == 1);
  lw_module closed = module;
  CHECK(lw_close(module) == LW_OK);

  // Forged ones: what was closed, what never was, a context for a module and the other way round, neighbours of what is there.
  module = LOAD("./one.so", 0);
  CHECK(module != closed);
  lw_module forged[] = {0, closed, context, 1, 7, ~0u, module ^ 1u << 31, module + (1 << 20), ~module};
  for (unsigned i = 0; i < sizeof forged / sizeof *forged; i++) {
    FAILS(lw_close(forged[i]), LW_CODE_STALE_HANDLE, "no module");
    FAILS(lw_retain(forged[i]), LW_CODE_STALE_HANDLE, "no module");
    FAILS(lw_module_info(forged[i], &info), LW_CODE_STALE_HANDLE, "no module");
    FAILS(lw_patch(forged[i], "one", 0, 0), LW_CODE_STALE_HANDLE, "no module");
    CHECK(!lw_symbol(forged[i], "one") && strstr(lw_error(), "no module"));
    CHECK(!lw_symbol_version(forged[i], "one", "V1") && strstr(lw_error(), "no module"));
    CHECK(!lw_next(forged[i], "one") && strstr(lw_error(), "no module"));
  }
  lw_context wrong[] = {closed, module, 7, ~0u, context ^ 1u << 31};
  for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    lw_module none = 99;
    FAILS(lw_open(wrong[i], "./one.so", 0, &none), LW_CODE_STALE_HANDLE, "no context");
    FAILS(lw_open_fd(wrong[i], 0, "one", 0, &none), LW_CODE_STALE_HANDLE, "no context");
    FAILS(lw_open_memory(wrong[i], &info, sizeof info, "one", 0, &none), LW_CODE_STALE_HANDLE, "no context");
    FAILS(lw_context_close(wrong[i]), LW_CODE_STALE_HANDLE, "no context");
    FAILS(lw_modules(wrong[i], visit, &none), LW_CODE_STALE_HANDLE, "no context");
    FAILS(lw_resolvers(wrong[i], 0, 0, 0), LW_CODE_STALE_HANDLE, "no context");
    FAILS(lw_intercept(wrong[i], 0, 0), LW_CODE_STALE_HANDLE, "no context");
    CHECK(!lw_global(wrong[i], "one") && strstr(lw_error(), "no context"));
    CHECK(lw_address(wrong[i], main, &place) != LW_OK && !place.module);
    CHECK(none == 99);
  }
  FAILS(lw_context_close(LW_PROCESS), LW_CODE_STALE_HANDLE, "own context");
  CHECK(lw_context_close(context) == LW_OK);
  FAILS(lw_context_close(context), LW_CODE_STALE_HANDLE, "no context");

  // References: as many closes as there were opens.
  CHECK(lw_retain(module) == LW_OK);
  CHECK(LOAD("./one.so", 0) == module);
  CHECK(lw_module_info(module, &info) == LW_OK && info.references == 3);
  for (int i = 0; i < 3; i++) CHECK(lw_close(module) == LW_OK);
  FAILS(lw_close(module), LW_CODE_STALE_HANDLE, "no module");
  CHECK(mappings("one.so") == 0);
  // What the system's linker loaded is not the caller's to close.
  lw_module libc = LOAD("libc.so.6", 0);
  CHECK(lw_module_info(libc, &info) == LW_OK && info.is_adopted);
  CHECK(lw_close(libc) == LW_OK);
  CHECK(lw_close(libc) != LW_OK);
  CHECK(lw_symbol(LOAD("libc.so.6", 0), "puts"));
  return verdict();
}
#endif
