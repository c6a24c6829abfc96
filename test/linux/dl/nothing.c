// What is named but is no library: a link to nowhere, a device, a name that nobody has.
// loads: 0
#include "case.h"
int main(void) {
  CHECK(!symlink("nowhere.so", "dangling.so"));
  CHECK(!dlopen("./dangling.so", RTLD_NOW) && says("./dangling.so"));
  CHECK(!dlopen("nothing-that-anybody-has.so", RTLD_NOW) && says("nothing-that-anybody-has.so"));
  CHECK(!dlopen("/dev/null", RTLD_NOW) && says("/dev/null"));
  return verdict();
}
