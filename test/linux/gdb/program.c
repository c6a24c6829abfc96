// What a debugger is to see: a program that opens a library and calls it. Built twice, as the library with -DLIBRARY.
#include <dlfcn.h>
#ifdef LIBRARY
__thread int local = 4;
int shared_value = 17;
int called_by_name(int argument) { return argument + shared_value + local; }
#else
int main(void) {
  void *handle = dlopen("./library.so", RTLD_NOW);
  int (*called)(int) = handle ? (int (*)(int))dlsym(handle, "called_by_name") : 0;
  return called && called(20) == 41 && !dlclose(handle) ? 0 : 1;
}
#endif
