// What was opened lazily is bound when RTLD_NOW asks for it: it fails, and stays as it was.
// lib: hollow.so -DHOLLOW -Wl,-z,lazy
#include "case.h"
#ifdef HOLLOW
int absent(void);
int calls(void) { return absent(); }
int works(void) { return 17; }
#else
static void call(void) {
  SYMBOL(int (*)(void), OPEN("./hollow.so", RTLD_LAZY), "calls")();
}
int main(void) {
  void *lazy = OPEN("./hollow.so", RTLD_LAZY);
  CHECK(SYMBOL(int (*)(void), lazy, "works")() == 17);
  freopen("/dev/null", "w", stderr);
  CHECK(child(call) == 127); // the call cannot be made: the process ends, and says so
  CHECK(!dlclose(lazy));
  return verdict();
}
#endif
