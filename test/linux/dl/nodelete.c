// A library stays if its file says so, if its opener does, or if who asks for it later does.
// lib: marked.so -DLIBRARY -Wl,-z,nodelete
// lib: plain.so -DLIBRARY
// lib: later.so -DLIBRARY
#include "case.h"
#ifdef LIBRARY
int count = 17;
#else
int main(void) {
  const char *paths[] = {"./marked.so", "./plain.so", "./later.so"};
  const int flags[] = {0, RTLD_NODELETE, 0};
  for (int i = 0; i < 3; i++) {
    void *handle = OPEN(paths[i], RTLD_NOW | flags[i]);
    if (i == 2) CHECK(OPEN(paths[i], RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE) == handle && !dlclose(handle));
    int *count = SYMBOL(int *, handle, "count");
    CHECK(++*count == 18);
    CHECK(!dlclose(handle));
    CHECK(mappings(paths[i] + 1) > 0 && *count == 18);
    CHECK(OPEN(paths[i], RTLD_NOW) == handle && SYMBOL(int *, handle, "count") == count);
  }
  return verdict();
}
#endif
