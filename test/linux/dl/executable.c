// A program is no library, and a library of another name that is a link to nowhere is not there.
// loads: 0
#include "case.h"
int main(void) {
  CHECK(!system("cp main program.so") && !symlink("nowhere.so", "dangling.so"));
  CHECK(!dlopen("./program.so", RTLD_NOW) && says("./program.so"));
  CHECK(!dlopen("./dangling.so", RTLD_NOW) && says("./dangling.so"));
  CHECK(!dlopen("nothing-that-anybody-has.so", RTLD_NOW) && says("nothing-that-anybody-has.so"));
  CHECK(!dlopen("/dev/null", RTLD_NOW) && says("/dev/null"));
  CHECK(mappings("/program.so") == 0);
  return verdict();
}
