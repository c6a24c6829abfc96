// A library in memory: copied, or made of the buffer's own pages; the buffer goes when it is given away, whatever comes of it.
// lib: one.so -DONE
// lib: large.so -DONE -DLARGE
// lib: shared.so -DONE -Wl,-z,noseparate-code
#include "case.h"
#ifdef ONE
#ifdef LARGE
EXPORT const char constant[1 << 20] = {7};
EXPORT char variable[1 << 20] = {9};
#endif
EXPORT char zero[1 << 14];
EXPORT int count = 3;
EXPORT int *place = &count;
EXPORT int one(void) { return *place + zero[100]; }
#else
/** Whether pages are mapped. */
static bool is_there(const void *at) {
  unsigned char state;
  return mincore((void *)at, 1, &state) == 0;
}

static void take(const char *path, unsigned flags) {
  static struct state before;
  for (int turn = 0; turn < 3; turn++) {
    size_t bytes;
    state(&before);
    char *buffer = bytes_of(path, &bytes);
    lw_module module = 0;
    CHECK(lw_open_memory(LW_PROCESS, buffer, bytes, path, flags, &module) == LW_OK);
    if (flags & LW_TAKE) CHECK(!is_there(buffer) && !is_there(buffer + bytes - 1));
    else {
      memset(buffer, 0xcc, bytes);
      CHECK(munmap(buffer, bytes) == 0);
    }
    struct lw_info info;
    CHECK(lw_module_info(module, &info) == LW_OK && !strcmp(info.path, path));
    CHECK(SYMBOL_OF(int (*)(void), module, "one")() == 3);
    *SYMBOL_OF(int *, module, "count") = 4;
    CHECK(SYMBOL_OF(int (*)(void), module, "one")() == 4);
    if (strstr(path, "large")) CHECK(SYMBOL_OF(char *, module, "constant")[0] == 7 && SYMBOL_OF(char *, module, "variable")[0] == 9 && !SYMBOL_OF(char *, module, "variable")[1 << 19]);
    CHECK(lw_close(module) == LW_OK);
    SAME(&before);
  }
}

int main(void) {
  static struct state before;
  size_t bytes;
  lw_module module = 99;
  CHECK(lw_close(LOAD("./one.so", 0)) == LW_OK);
  char *warm = bytes_of("one.so", &bytes);
  CHECK(lw_open_memory(LW_PROCESS, warm, bytes, 0, LW_TAKE, &module) == LW_OK && lw_close(module) == LW_OK);
  const char *paths[] = {"./one.so", "./large.so", "./shared.so"};
  for (int i = 0; i < 3; i++) take(paths[i], 0), take(paths[i], LW_TAKE), take(paths[i], LW_TAKE | LW_MISSING);

  // Refused, and gone all the same: no ELF file, one that ends early, a handle that is none, flags that are none.
  char *buffer = bytes_of("./one.so", &bytes);
  module = 99;
  buffer[0] = 'x';
  FAILS(lw_open_memory(LW_PROCESS, buffer, bytes, "x", LW_TAKE, &module), LW_CODE_BAD_MAGIC, "x: ");
  CHECK(!is_there(buffer));
  state(&before);
  buffer = bytes_of("./large.so", &bytes);
  int code = lw_open_memory(LW_PROCESS, buffer, bytes / 2, "half", LW_TAKE, &module);
  CHECK(code == LW_CODE_TRUNCATED && strstr(lw_error(), "half"));
  CHECK(!is_there(buffer));
  munmap(buffer, bytes);
  SAME(&before);
  buffer = bytes_of("./one.so", &bytes);
  FAILS(lw_open_memory(77, buffer, bytes, "x", LW_TAKE, &module), LW_CODE_STALE_HANDLE, "no context");
  CHECK(!is_there(buffer));
  // Not at a page's beginning: it stays.
  buffer = bytes_of("./one.so", &bytes);
  FAILS(lw_open_memory(LW_PROCESS, buffer + 16, bytes - 16, "x", LW_TAKE, &module), LW_CODE_BAD_FLAGS, "begins at no page");
  CHECK(is_there(buffer) && munmap(buffer, bytes) == 0);
  CHECK(module == 99);
  // Of the large one's two megabytes, none is copied.
  long most = anonymous() + 3 * 1024;
  buffer = bytes_of("./large.so", &bytes);
  CHECK(lw_open_memory(LW_PROCESS, buffer, bytes, "large", LW_TAKE, &module) == LW_OK);
  CHECK(anonymous() < most);
  CHECK(lw_close(module) == LW_OK);
  return verdict();
}
#endif
