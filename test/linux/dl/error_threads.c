// Each thread has its own dlerror.
// loads: 0
#include "case.h"
#include <pthread.h>
static pthread_barrier_t barrier;
static void *fails(void *name) {
  char path[64];
  snprintf(path, sizeof path, "./%s.so", (char *)name);
  CHECK(!dlerror());
  CHECK(!dlopen(path, RTLD_NOW));
  pthread_barrier_wait(&barrier);
  CHECK(says(path));
  CHECK(!dlerror());
  return 0;
}
int main(void) {
  pthread_t threads[4];
  const char *names[] = {"ada", "bob", "cyd", "dan"};
  CHECK(!dlopen("./mine.so", RTLD_NOW));
  pthread_barrier_init(&barrier, 0, 4);
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, fails, (void *)names[i]);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], 0);
  CHECK(says("./mine.so"));
  return verdict();
}
