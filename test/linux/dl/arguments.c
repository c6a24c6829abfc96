// Constructors are given the program's arguments and environment.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
int count;
char **arguments, **environment;
__attribute__((constructor)) static void up(int argc, char **argv, char **envp) { count = argc, arguments = argv, environment = envp; }
#else
int main(int argc, char **argv) {
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(*SYMBOL(int *, one, "count") == argc);
  CHECK(!strcmp((*SYMBOL(char ***, one, "arguments"))[0], argv[0]));
  CHECK(*SYMBOL(char ***, one, "environment") == environ);
  return verdict();
}
#endif
