// What the program itself opened with the system's dlopen is seen as it opened it: by what needs it only, or by all.
// lib: hidden.so -DVALUE=1
// lib: base.so -DVALUE=2
// lib: user.so -DUSER -Wl,--no-as-needed -L. ./base.so
// lib: shown.so -DSHOWN
// lib: asker.so -DASKER
// lib: few.so -DFEW
// lib: wants.so -DWANTS
#include "case.h"
#if defined VALUE
EXPORT int which(void) { return VALUE; }
#elif defined USER
extern int which(void);
EXPORT int user(void) { return which(); }
#elif defined SHOWN
EXPORT int shown(void) { return 3; }
#elif defined FEW
EXPORT int few(void) { return 5; }
#elif defined WANTS
extern int few(void);
EXPORT int wants(void) { return few(); }
#elif defined ASKER
extern int shown(void);
EXPORT int asker(void) { return shown(); }
#else
int main(void) {
  CHECK(dlopen("./hidden.so", RTLD_NOW | RTLD_LOCAL) && dlopen("./shown.so", RTLD_NOW | RTLD_GLOBAL) && dlopen("./few.so", RTLD_NOW | RTLD_LOCAL));
  CHECK(SYMBOL_OF(int (*)(void), LOAD("./user.so", 0), "user")() == 2);
  CHECK(SYMBOL_OF(int (*)(void), LOAD("./asker.so", 0), "asker")() == 3);
  CHECK(!lw_global(LW_PROCESS, "which") && lw_error());
  // What is known already may be shown to all later.
  lw_module none;
  FAILS(lw_open(LW_PROCESS, "./wants.so", 0, &none), LW_CODE_MISSING_SYMBOL, "few");
  CHECK(dlopen("./few.so", RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL));
  CHECK(SYMBOL_OF(int (*)(void), LOAD("./wants.so", 0), "wants")() == 5);
  CHECK(lw_global(LW_PROCESS, "few") && !lw_global(LW_PROCESS, "which") && lw_error());
  return verdict();
}
#endif
