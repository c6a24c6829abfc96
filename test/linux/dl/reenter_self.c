// A constructor that opens its own library again gets the same one, and does not run again.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
int runs;
void *again;
__attribute__((constructor)) static void up(void) { runs++; again = dlopen("./one.so", RTLD_NOW); }
#else
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(*SYMBOL(int *, one, "runs") == 1 && *SYMBOL(void **, one, "again") == one);
  CHECK(!dlclose(one) && mappings("/one.so") > 0);
  CHECK(!dlclose(one) && mappings("/one.so") == 0);
  return verdict();
}
#endif
