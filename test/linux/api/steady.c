// Ten thousand loads, refused ones among them, leave nothing behind: no memory, no mapping, no file.
// lib: one.so -DONE
// lib: lacking.so -DLACKING
// lib: failing.so -DONE -Wl,--no-as-needed -L. ./one.so
#include "case.h"
#if defined ONE
EXPORT _Thread_local int each = 5;
EXPORT int one(void) { return each; }
#elif defined LACKING
extern int nobody_has_this(void);
EXPORT int lacking(void) { return nobody_has_this(); }
#else
static void turn(const char *image, size_t bytes, int i) {
  lw_module one = LOAD("./one.so", i % 3 ? 0 : LW_GLOBAL), other;
  CHECK(*SYMBOL_OF(int *, one, "each") == 5);
  if (i % 5 == 0) FAILS(lw_open(LW_PROCESS, "./lacking.so", 0, &other), LW_CODE_MISSING_SYMBOL, "nobody_has_this");
  if (i % 7 == 0) FAILS(lw_open(LW_PROCESS, "./missing.so", 0, &other), LW_CODE_VIEW_REFUSED, "No such file");
  if (i % 11 == 0) {
    CHECK(lw_open_memory(LW_PROCESS, (void *)image, bytes, "copy", LW_COPY, &other) == LW_OK && lw_symbol(other, "one"));
    CHECK(lw_close(other) == LW_OK);
  }
  if (i % 13 == 0) {
    lw_context context;
    CHECK(lw_context_open(&context) == LW_OK && lw_open(context, "./failing.so", 0, &other) == LW_OK);
    CHECK(lw_context_close(context) == LW_OK);
  }
  CHECK(lw_close(one) == LW_OK);
}

int main(void) {
  static struct state before;
  size_t bytes;
  char *image = bytes_of("one.so", &bytes);
  for (int i = 0; i < 1001; i++) turn(image, bytes, i);
  state(&before);
  long before_kilobytes = anonymous();
  for (int i = 0; i < 10010 && !failures; i++) turn(image, bytes, i);
  long kilobytes = anonymous();
  SAME(&before);
  if (kilobytes > before_kilobytes + 64) fprintf(stderr, "%ld KiB were its own, %ld are\n", before_kilobytes, kilobytes), ++failures;
  return verdict();
}
#endif
