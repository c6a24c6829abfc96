// Who stands in front of malloc asks for the next one in its first call: dlsym needs no memory for that, and opens nothing.
// main: -rdynamic
// loads: 0
#include "../dl/case.h"
static int calls, depth;
void *malloc(size_t bytes) {
  static void *(*next)(size_t);
  ++calls;
  if (!next) {
    if (depth++) abort(); // asking asks again
    next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
    depth--;
  }
  return next(bytes);
}
int main(void) {
  char *(*volatile copies)(const char *) = strdup;
  char *text = copies("seventeen");
  CHECK(calls > 0 && text && !strcmp(text, "seventeen"));
  free(text);
  CHECK(!dlsym(RTLD_NEXT, "nobody_has_this") && says("nobody_has_this"));
  CHECK(dlsym(RTLD_NEXT, "memcpy") == dlsym(RTLD_DEFAULT, "memcpy") && !dlerror());
  return verdict();
}
