// A chain of forty libraries opens, is searched to its end, and goes with one call; and again.
// chain: 40
#include "case.h"
#ifdef LINK
#define JOIN(a, b) a##b
#define NAME(n) JOIN(link_, n)
int NAME(LINK)(void) { return LINK; }
#else
int main(void) {
  for (int round = 0; round < 3; round++) {
    void *first = OPEN("./link0.so", RTLD_NOW);
    CHECK(SYMBOL(int (*)(void), first, "link_39")() == 39 && SYMBOL(int (*)(void), first, "link_0")() == 0);
    CHECK(mappings("/link39.so") > 0 && !dlsym(RTLD_DEFAULT, "link_0"));
    CHECK(!dlclose(first) && mappings("/link39.so") == 0 && mappings("/link0.so") == 0);
  }
  return verdict();
}
#endif
