// Opens each file that it is told of, by path, copied from memory, given away in memory: the codes, and the process as it was.
#include "../api/case.h"

/** What it takes to ask for all that was loaded. */
static void ask(lw_module module) {
  struct lw_info info;
  struct lw_place place;
  CHECK(lw_module_info(module, &info) == LW_OK);
  for (size_t i = 0; i < info.bytes; i += 4) {
    if (lw_address(LW_PROCESS, (char *)info.base + i, &place) == LW_OK && place.symbol) CHECK(strlen(place.symbol) < info.bytes);
  }
}

int main(int argc, char **argv) {
  static struct state before;
  lw_close(LOAD("libc.so.6", 0)); // whatever is made once is there
  for (int i = 1; i < argc; i++) {
    lw_module module = 0;
    const unsigned flags[] = {0, 0, LW_TAKE};
    int codes[3];
    for (int way = 0; way < 3; way++) {
      size_t bytes;
      state(&before);
      char *buffer = bytes_of(argv[i], &bytes);
      if (way == 0 && bytes > 0) munmap(buffer, bytes);
      codes[way] = way ? lw_open_memory(LW_PROCESS, buffer, bytes, argv[i], flags[way], &module) : lw_open(LW_PROCESS, argv[i], 0, &module);
      if (way == 1 || bytes == 0) munmap(buffer, bytes ? bytes : 1);
      if (codes[way] == LW_OK) ask(module), lw_close(module);
      else CHECK(lw_error());
      SAME(&before);
    }
    printf("%s %#x %#x %#x\n", argv[i], codes[0], codes[1], codes[2]);
    fflush(stdout);
  }
  return verdict();
}
