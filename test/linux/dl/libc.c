// What the program was started with can be opened by name, is where it was, and is not closed by it.
// lib: libm_user.so -DUSER -lm
#include "case.h"
#ifdef USER
#include <math.h>
double root(double x) { return sqrt(x) + cbrt(x); }
#else
int main(void) {
  void *libc = OPEN("libc.so.6", RTLD_NOW);
  CHECK(OPEN("libc.so.6", RTLD_LAZY) == libc);
  CHECK(dlsym(libc, "malloc") == dlsym(RTLD_DEFAULT, "malloc"));
  CHECK(dlsym(libc, "environ") == (void *)&environ || dlsym(RTLD_DEFAULT, "environ") == (void *)&environ);
  CHECK(!dlclose(libc) && !dlclose(libc));
  CHECK(OPEN("libc.so.6", RTLD_NOW | RTLD_NOLOAD) == libc);
  void *user = OPEN("./libm_user.so", RTLD_NOW);
  CHECK(SYMBOL(double (*)(double), user, "root")(64) == 12);
  CHECK(!dlsym(RTLD_DEFAULT, "cbrt"));
  void *libm = OPEN("libm.so.6", RTLD_NOW | RTLD_NOLOAD);
  CHECK(SYMBOL(double (*)(double), libm, "sqrt")(9) == 3);
  CHECK(!dlclose(libm) && !dlclose(user) && mappings("/libm.so.6") == 0);
  return verdict();
}
#endif
