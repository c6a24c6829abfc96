// dlopen takes objects and archives, also for handles, dladdr and unwinders; who closes one ends what it has registered.
// object: one.o -DONE -fPIC
// object: more.o -DMORE -fPIC
// archive: both.a one.o more.o
// main: -rdynamic -ldl
// loads: 3
#ifdef ONE
extern int told(int), __cxa_atexit(void (*)(void *), void *, void *);
extern void *__dso_handle;
static int value = 17;
__thread int each = 3;
static void end(void *what) { told(*(int *)what); }
__attribute__((constructor)) static void begin(void) { __cxa_atexit(end, &value, &__dso_handle); }
int one(void) { return each++ + value; }
#elif defined MORE
int one(void);
int more(void) { return one() + 1; }
#else
#define _GNU_SOURCE
#include "../dl/case.h"
#include <dlfcn.h>
#include <link.h>
static int heard;
int told(int what) { return heard = what; }
static int seen(struct dl_phdr_info *info, size_t bytes, void *data) {
  (void)bytes;
  return strstr(info->dlpi_name, data) ? info->dlpi_phnum : 0;
}
int main(void) {
  for (int i = 0; i < 2; ++i) {
    void *handle = dlopen("./one.o", RTLD_NOW), *again = dlopen("./one.o", RTLD_LAZY);
    if (!handle) fprintf(stderr, "%s\n", dlerror()), exit(2);
    CHECK(handle == again && dlclose(again) == 0);
    int (*one)(void) = (int (*)(void))(uintptr_t)dlsym(handle, "one");
    CHECK(one && one() == 20 && one() == 21 && *(int *)dlsym(handle, "each") == 5);
    Dl_info info;
    CHECK(dladdr((void *)(uintptr_t)one, &info) && !strcmp(info.dli_sname, "one") && strstr(info.dli_fname, "one.o"));
    CHECK(dl_iterate_phdr(seen, "one.o") >= 3);
    heard = 0;
    CHECK(dlclose(handle) == 0 && heard == 17 && dl_iterate_phdr(seen, "one.o") == 0);
  }
  void *handle = dlopen("./both.a", RTLD_NOW | RTLD_GLOBAL);
  int (*more)(void) = handle ? (int (*)(void))(uintptr_t)dlsym(RTLD_DEFAULT, "more") : NULL;
  CHECK(more && more() == 21 && dlclose(handle) == 0);
  CHECK(!dlopen("./more.o", RTLD_NOW) && strstr(dlerror(), "undefined symbol: one"));
  return verdict();
}
#endif
