// A library opened three times is closed with the third call, and a new opening finds new data.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
int count = 17;
#else
int main(void) {
  for (int round = 0; round < 3; round++) {
    void *one = OPEN("./one.so", RTLD_NOW);
    int *count = SYMBOL(int *, one, "count");
    CHECK((*count)++ == 17);
    for (int i = 0; i < 2; i++) CHECK(OPEN("./one.so", RTLD_LAZY) == one);
    for (int i = 0; i < 2; i++) CHECK(!dlclose(one) && *count == 18);
    CHECK(!dlclose(one) && mappings("/one.so") == 0);
  }
  return verdict();
}
#endif
