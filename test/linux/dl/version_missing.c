// A library whose version nobody has is refused, and the message names it.
// lib: thing.so -DTHING -Wl,-soname,thing.so -Wl,--version-script=new.map
// lib: user.so -DUSER ./thing.so -Wl,-rpath,$ORIGIN
// lib: thing.so -DTHING -Wl,-soname,thing.so -Wl,--version-script=old.map
// file: new.map TWO { global: answer; local: *; };
// file: old.map ONE { global: answer; local: *; };
#include "case.h"
#if defined THING
int answer(void) { return 1; }
#elif defined USER
int answer(void);
int asks(void) { return answer(); }
#else
int main(void) {
  CHECK(!dlopen("./user.so", RTLD_NOW) && says("TWO"));
  CHECK(mappings("/user.so") == 0 && mappings("/thing.so") == 0);
  return SYMBOL(int (*)(void), OPEN("./thing.so", RTLD_NOW), "answer")() == 1 ? verdict() : 1;
}
#endif
