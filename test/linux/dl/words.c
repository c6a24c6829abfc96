// The words of dlerror that programs print: those of ld.so, for what they all meet.
// lib: one.so -DONE
// lib: hollow.so -DHOLLOW -Wl,-z,now
#include "case.h"
#if defined ONE
int one;
#elif defined HOLLOW
int absent(void);
int calls(void) { return absent(); }
#else
static int is(const char *wanted) {
  const char *why = dlerror();
  if (why && !strcmp(why, wanted)) return 1;
  fprintf(stderr, "dlerror: %s\n   where ld.so says: %s\n", why ? why : "null", wanted);
  return 0;
}
int main(void) {
  CHECK(!dlopen("./nowhere.so", RTLD_NOW) && is("./nowhere.so: cannot open shared object file: No such file or directory"));
  CHECK(!dlopen("libnowhere.so.1", RTLD_NOW) && is("libnowhere.so.1: cannot open shared object file: No such file or directory"));
  CHECK(!dlopen("./hollow.so", RTLD_NOW) && is("./hollow.so: undefined symbol: absent"));
  CHECK(!dlsym(OPEN("./one.so", RTLD_NOW), "two") && is("./one.so: undefined symbol: two"));
  CHECK(!system("echo this is no library, but it is longer than a header of ELF is: sixty-four bytes > text.so"));
  CHECK(!dlopen("./text.so", RTLD_NOW) && is("./text.so: invalid ELF header"));
  return verdict();
}
#endif
