// dlopen of a plain name searches the RUNPATH of who calls it; $ORIGIN in a path is where the caller is.
// lib: near/found.so -DVALUE=17
// lib: user.so -DUSER -Wl,-rpath,$ORIGIN/near
// main: -Wl,-rpath,/nowhere
#include "case.h"
#if defined VALUE
int value(void) { return VALUE; }
#elif defined USER
void *finds(const char *path) { return dlopen(path, RTLD_NOW); }
#else
int main(void) {
  CHECK(!dlopen("found.so", RTLD_NOW) && says("found.so"));
  void *user = OPEN("$ORIGIN/user.so", RTLD_NOW);
  void *found = SYMBOL(void *(*)(const char *), user, "finds")("found.so");
  CHECK(found && SYMBOL(int (*)(void), found, "value")() == 17);
  CHECK(SYMBOL(void *(*)(const char *), user, "finds")("$ORIGIN/near/found.so") == found);
  return verdict();
}
#endif
