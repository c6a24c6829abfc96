// A namespace whose last module waits for a thread's objects goes with that thread; namespaces come and go without end.
// lib: object.so -DOBJECT
// loads: 300
#include "../dl/case.h"
#include <pthread.h>
#ifdef OBJECT
extern int __cxa_thread_atexit_impl(void (*run)(void *), void *object, void *home);
extern void *__dso_handle;
static void end(void *count) { ++*(int *)count; }
EXPORT int begins(int *count) { return __cxa_thread_atexit_impl(end, count, &__dso_handle); }
#else
static int count;
static Lmid_t space;

static void *use(void *data) {
  void *handle = dlmopen(LM_ID_NEWLM, "./object.so", RTLD_NOW);
  CHECK(handle && !dlinfo(handle, RTLD_DI_LMID, &space));
  if (handle && data) CHECK(!((int (*)(int *))dlsym(handle, "begins"))(data));
  CHECK(handle && !dlclose(handle) && (mappings("/object.so") > 0) == (data != 0));
  return 0;
}

int main(void) {
  for (int i = 0; i < 300 && !failures; i++) {
    pthread_t thread;
    int before = count;
    CHECK(!pthread_create(&thread, 0, use, i % 2 ? &count : 0) && !pthread_join(thread, 0));
    CHECK(count == before + i % 2 && mappings("/object.so") == 0);
    CHECK(!dlmopen(space, "./object.so", RTLD_NOW) && says("invalid target namespace"));
  }
  return verdict();
}
#endif
