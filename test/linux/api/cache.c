// Each library that ldconfig knows is found by its name, where ldconfig has it.
#include "case.h"
int main(void) {
  FILE *list = popen("/sbin/ldconfig -p", "r");
  char line[4096], name[256], path[1024];
  int count = 0;
  while (list && fgets(line, sizeof line, list)) {
    // Those of others lie there, too: of other machines, and of processors that this one may not be.
    if (sscanf(line, " %255s (libc6,x86-64) => %1023s", name, path) != 2) continue;
    ++count;
    lw_module module;
    int code = lw_open(LW_PROCESS, name, LW_NOLOAD, &module);
    const char *why = lw_error();
    if (code == LW_OK) lw_close(module); // this process has it
    else if (code != LW_CODE_NOT_HELD || !why || strncmp(why, path, strlen(path))) ++failures, fprintf(stderr, "%s, which is %s: %s\n", name, path, why ? why : "null");
  }
  CHECK(!list || pclose(list) == 0);
  if (!count) fprintf(stderr, "skipped: ldconfig, which has no list\n");
  return verdict();
}
