// What the program itself opened with the system's dlopen is seen as it opened it: by what needs it only, or by all.
// lib: hidden.so -DVALUE=1
// lib: base.so -DVALUE=2
// lib: user.so -DUSER -Wl,--no-as-needed -L. ./base.so
// lib: shown.so -DSHOWN
// lib: asker.so -DASKER
#include "case.h"
#if defined VALUE
EXPORT int which(void) { return VALUE; }
#elif defined USER
extern int which(void);
EXPORT int user(void) { return which(); }
#elif defined SHOWN
EXPORT int shown(void) { return 3; }
#elif defined ASKER
extern int shown(void);
EXPORT int asker(void) { return shown(); }
#else
int main(void) {
  CHECK(dlopen("./hidden.so", RTLD_NOW | RTLD_LOCAL) && dlopen("./shown.so", RTLD_NOW | RTLD_GLOBAL));
  CHECK(SYMBOL_OF(int (*)(void), LOAD("./user.so", 0), "user")() == 2);
  CHECK(SYMBOL_OF(int (*)(void), LOAD("./asker.so", 0), "asker")() == 3);
  CHECK(!lw_global(LW_PROCESS, "which") && lw_error());
  return verdict();
}
#endif
