// A copy of a library has its own data, and nobody finds it but its opener; RTLD_SELF is the caller and what comes behind it.
// lib: low.so -DLOW
// lib: one.so -DONE ./low.so
// main: -rdynamic
// loads: 3
#include "../dl/case.h"
#include <linkwright.h>
#if defined LOW
int low = 1, both = 2;
#elif defined ONE
extern int low;
int count = 17, both = 3;
int *sees_low(void) { return &low; }
void *finds(const char *name) { return dlsym(RTLD_SELF, name); }
#else
int both = 4;
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW), *copy = OPEN("./one.so", RTLD_NOW | RTLD_COPY), *again = OPEN("./one.so", RTLD_NOW);
  int *count = SYMBOL(int *, one, "count"), *other = SYMBOL(int *, copy, "count");
  CHECK(one != copy && again == one && count != other && ++*count == 18 && *other == 17);
  CHECK(SYMBOL(int *(*)(void), one, "sees_low")() == SYMBOL(int *(*)(void), copy, "sees_low")());
  CHECK(!dlclose(again) && !dlclose(one));
  CHECK(!dlopen("./one.so", RTLD_NOW | RTLD_NOLOAD) && !dlerror());
  void *(*finds)(const char *) = SYMBOL(void *(*)(const char *), copy, "finds");
  CHECK(finds("both") == dlsym(copy, "both") && finds("both") != &both && finds("low") == dlsym(copy, "low"));
  CHECK(!finds("main_only") && says("main_only"));
  CHECK(dlsym(RTLD_SELF, "both") == &both && dlsym(RTLD_SELF, "puts") == dlsym(RTLD_DEFAULT, "puts"));
  CHECK(!dlclose(copy) && mappings("/one.so") == 0 && mappings("/low.so") == 0);
  return verdict();
}
#endif
