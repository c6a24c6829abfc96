// The program's own dlclose takes modules away while they are adopted and while threads are made: what is looked at stays as long.
// lib: one.so -DONE
// lib: opener.so -DOPENER
// lib: shown.so -DSHOWN
// lib: asker.so -DASKER
#include "case.h"
#if defined ONE
EXPORT int one(void) { return 1; }
#elif defined SHOWN
EXPORT int shown(void) { return 3; }
#elif defined ASKER
extern int shown(void);
EXPORT int asker(void) { return shown(); }
#elif defined OPENER
/* By the family that what is loaded here finds: it adopts what is new. */
EXPORT int opens(const char *path) {
  void *handle = dlopen(path, RTLD_NOW);
  return handle && !dlclose(handle);
}
#else
static volatile int is_over;
static char *bytes;
static size_t size;

/* Each of a file that nobody has seen before. */
static void *change(void *name) {
  char path[64];
  for (int i = 0; !is_over; i++) {
    snprintf(path, sizeof path, "./%s%d.so", (char *)name, i);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0700);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size || close(file)) ++failures;
    void *handle = dlopen(path, RTLD_NOW);
    if (!handle || dlclose(handle) || unlink(path)) ++failures;
  }
  return 0;
}

static void *nothing(void *data) { return data; }

int main(void) {
  pthread_t changing[2], other;
  bytes = bytes_of("./one.so", &size);
  int (*opens)(const char *) = SYMBOL_OF(int (*)(const char *), LOAD("./opener.so", 0), "opens");
  CHECK(!pthread_create(&changing[0], 0, change, "a") && !pthread_create(&changing[1], 0, change, "b"));
  for (int i = 0; i < 300 && !failures; i++) {
    CHECK(opens("./one.so"));
    CHECK(!pthread_create(&other, 0, nothing, 0) && !pthread_join(other, 0));
  }
  is_over = 1;
  pthread_join(changing[0], 0), pthread_join(changing[1], 0);
  // What went away meanwhile is in nobody's way.
  CHECK(dlopen("./shown.so", RTLD_NOW | RTLD_GLOBAL) && opens("./one.so"));
  CHECK(SYMBOL_OF(int (*)(void), LOAD("./asker.so", 0), "asker")() == 3);
  return verdict();
}
#endif
