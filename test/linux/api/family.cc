// What is opened by the C API finds a dlopen family that knows it, throws and is thrown through; the program keeps the system's.
// lib: low.so -DLOW
// lib: one.so -DONE
#include "../dl/case.h"
#include <cstring>
#include <dlfcn.h>
#include <link.h>
#include <linkwright.h>
#if defined LOW
extern "C" int low() { return 17; }
#elif defined ONE
extern "C" int opens(const char *path) {
  void *low = dlopen(path, RTLD_NOW);
  int (*function)() = low ? (int (*)())dlsym(low, "low") : nullptr;
  int answer = function ? function() : 0;
  return low && !dlclose(low) ? answer : -1;
}
extern "C" const char *says() { return dlopen("./nowhere.so", RTLD_NOW) ? nullptr : dlerror(); }
extern "C" void *knows_itself() {
  Dl_info info;
  return dladdr((void *)knows_itself, &info) && strstr(info.dli_fname, "one.so") ? dlsym(RTLD_DEFAULT, "opens") : nullptr;
}
extern "C" void throws(int value) { throw value; }
extern "C" int through(void (*callback)(int), int value) {
  struct Counts { int *count; ~Counts() { ++*count; } };
  static int left;
  Counts counts{&left};
  callback(value);
  return left;
}
#else
static int sees(struct dl_phdr_info *info, size_t, void *data) { return strstr(info->dlpi_name, "one.so") ? ++*(int *)data, 0 : 0; }
static void throws_here(int value) { throw value; }
int main() {
  lw_module one;
  CHECK(lw_open(LW_PROCESS, "./one.so", 0, &one) == LW_OK);
  auto opens = (int (*)(const char *))lw_symbol(one, "opens");
  CHECK(opens("./low.so") == 17);
  const char *words = ((const char *(*)())lw_symbol(one, "says"))();
  CHECK(words && strstr(words, "./nowhere.so: cannot open shared object file"));
  CHECK(((void *(*)())lw_symbol(one, "knows_itself"))() == (void *)opens);
  int caught = 0, count = 0;
  try { ((void (*)(int))lw_symbol(one, "throws"))(18); } catch (int value) { caught = value; }
  CHECK(caught == 18);
  try { ((int (*)(void (*)(int), int))lw_symbol(one, "through"))(throws_here, 19); } catch (int value) { caught = value; }
  CHECK(caught == 19);
  dl_iterate_phdr(sees, &count);
  CHECK(count == 1);
  void *own = dlopen("./low.so", RTLD_NOW); // the program's is the system's: what it opens is not among ours
  lw_module none;
  CHECK(own && lw_open(LW_PROCESS, "./low.so", LW_NOLOAD, &none) != LW_OK && !dlclose(own));
  CHECK(lw_close(one) == LW_OK);
  count = 0;
  dl_iterate_phdr(sees, &count);
  CHECK(count == 0);
  return verdict();
}
#endif
