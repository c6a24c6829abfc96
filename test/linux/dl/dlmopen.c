// dlmopen into a new namespace makes a library of its own there, and nobody else sees it.
// lib: one.so -DONE -nostdlib
#include "case.h"
#ifdef ONE
int count = 17;
int next(void) { return ++count; }
#else
int main(void) {
  void *base = OPEN("./one.so", RTLD_NOW), *other = dlmopen(LM_ID_NEWLM, "./one.so", RTLD_NOW);
  opened(other, "dlmopen", __FILE__, __LINE__);
  CHECK(other != base && dlsym(other, "count") != dlsym(base, "count"));
  CHECK(SYMBOL(int (*)(void), other, "next")() == 18 && SYMBOL(int (*)(void), other, "next")() == 19);
  CHECK(*SYMBOL(int *, base, "count") == 17);
  Lmid_t id = LM_ID_BASE, of = LM_ID_BASE;
  CHECK(!dlinfo(other, RTLD_DI_LMID, &id) && id != LM_ID_BASE);
  CHECK(dlmopen(id, "./one.so", RTLD_NOW) == other);
  void *third = dlmopen(LM_ID_NEWLM, "./one.so", RTLD_NOW);
  opened(third, "dlmopen", __FILE__, __LINE__);
  CHECK(third != other && !dlinfo(third, RTLD_DI_LMID, &of) && of != id);
  CHECK(dlmopen(LM_ID_BASE, "./one.so", RTLD_NOW) == base);
  CHECK(!dlclose(third) && !dlclose(other) && !dlclose(other) && !dlclose(base) && !dlclose(base));
  CHECK(mappings("/one.so") == 0);
  return verdict();
}
#endif
