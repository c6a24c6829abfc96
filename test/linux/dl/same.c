// One file is one library, whatever path leads to it; a copy of the file is another.
// lib: one.so -DONE -Wl,-soname,libone.so.1
#include "case.h"
#ifdef ONE
int one;
#else
int main(void) {
  CHECK(!symlink("one.so", "soft.so") && !link("one.so", "hard.so") && !system("cp one.so copy.so"));
  void *one = OPEN("./one.so", RTLD_NOW);
  char absolute[4096];
  CHECK(realpath("one.so", absolute) != 0);
  const char *others[] = {"./soft.so", "./hard.so", ".//./one.so", absolute};
  for (int i = 0; i < 4; i++) CHECK(OPEN(others[i], RTLD_NOW) == one);
  CHECK(OPEN("libone.so.1", RTLD_NOW) == one); // by its own name, though no such file is there
  void *copy = OPEN("./copy.so", RTLD_NOW);
  CHECK(copy != one && dlsym(copy, "one") != dlsym(one, "one"));
  for (int i = 0; i < 6; i++) CHECK(!dlclose(one));
  CHECK(mappings("/one.so") == 0);
  CHECK(!dlclose(copy));
  return verdict();
}
#endif
