// backtrace_symbols names what another thread closes meanwhile, or has no name for it: it is not looked at when it is gone.
// lib: one.so -DONE
// loads: 8000
#include "../dl/case.h"
#include <execinfo.h>
#include <pthread.h>
#ifdef ONE
EXPORT int a_function_with_a_name_that_takes_a_while_to_be_written_down(void) { return 1; }
#else
static void *volatile address;
static volatile int is_over;

static void *change(void *data) {
  for (int i = 0; i < 8000; i++) {
    void *handle = OPEN("./one.so", RTLD_NOW);
    address = SYMBOL(void *, handle, "a_function_with_a_name_that_takes_a_while_to_be_written_down");
    if (dlclose(handle)) ++failures;
  }
  is_over = 1;
  return data;
}

int main(void) {
  pthread_t changing;
  CHECK(!pthread_create(&changing, 0, change, 0));
  for (int named = 0; (!is_over || !named) && !failures;) {
    // The last is looked at when nothing changes.
    if (is_over) address = dlsym(dlopen("./one.so", RTLD_NOW), "a_function_with_a_name_that_takes_a_while_to_be_written_down");
    void *frames[4] = {address, address, address, address};
    char **names = backtrace_symbols(frames, 4);
    for (int i = 0; i < 4; i++) {
      CHECK(names && names[i] && strlen(names[i]) < 512);
      if (strstr(names[i], "one.so(a_function_with")) ++named;
    }
    free(names);
  }
  pthread_join(changing, 0);
  return verdict();
}
#endif
