// Where libraries are searched: LD_LIBRARY_PATH for names without a slash, RPATH before it, RUNPATH behind it, $ORIGIN.
// lib: env/found.so -DVALUE=1
// lib: near/found.so -DVALUE=2
// lib: rpath/user.so -DUSER near/found.so -Wl,--disable-new-dtags -Wl,-rpath,$ORIGIN/../near
// lib: runpath/user.so -DUSER near/found.so -Wl,--enable-new-dtags -Wl,-rpath,$ORIGIN/../near
// lib: near/lonely.so -DVALUE=3
// lib: runpath/alone.so -DUSER near/lonely.so -Wl,--enable-new-dtags -Wl,-rpath,$ORIGIN/../near
// env: LD_LIBRARY_PATH=env
#include "case.h"
#if defined VALUE
int value(void) { return VALUE; }
#elif defined USER
int value(void);
int asks(void) { return value(); }
#else
static int asks(const char *path) {
  void *handle = OPEN(path, RTLD_NOW);
  int answer = SYMBOL(int (*)(void), handle, "asks")();
  CHECK(!dlclose(handle));
  return answer;
}
int main(void) {
  void *found = OPEN("found.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), found, "value")() == 1);
  CHECK(!dlclose(found));
  CHECK(asks("./rpath/user.so") == 2);
  CHECK(asks("./runpath/user.so") == 1);
  CHECK(asks("./runpath/alone.so") == 3);
  CHECK(!dlopen("lonely.so", RTLD_NOW) && says("lonely.so"));
  CHECK(!dlopen("user.so", RTLD_NOW) && dlerror());
  return verdict();
}
#endif
