// A file that took the place of one that the process was started with is another one: what is in memory is not taken for it.
// lib: one.so -DVALUE=1
// lib: other.so -DVALUE=2 -DMORE
// lib: user.so -DUSER -Wl,--no-as-needed -L. ./one.so
// main: ./one.so -Wl,-rpath,$ORIGIN
#include "case.h"
#if defined VALUE
EXPORT int value(void) { return VALUE; }
#ifdef MORE
EXPORT int more(void) { return value() + 1; }
#endif
#elif defined USER
extern int value(void);
EXPORT int user(void) { return value(); }
#else
extern int value(void);

int main(void) {
  CHECK(value() == 1 && !rename("./other.so", "./one.so"));
  lw_module one = LOAD("./one.so", 0);
  CHECK(SYMBOL_OF(int (*)(void), one, "more")() == 3 && SYMBOL_OF(int (*)(void), one, "value")() == 2);
  struct lw_info info;
  CHECK(lw_module_info(one, &info) == LW_OK && !info.is_adopted && value() == 1);
  CHECK(SYMBOL_OF(int (*)(void), LOAD("./user.so", 0), "user")() == 2);
  return verdict();
}
#endif
