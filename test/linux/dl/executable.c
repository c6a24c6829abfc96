// A program is no library: it is refused, one that may lie anywhere and one that lies at one address; what it is a copy of goes on.
// loads: 0
#include "case.h"
#include <elf.h>
#include <fcntl.h>

static void copy(const char *from, const char *to, int type) {
  static char bytes[1 << 20];
  int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0700);
  ssize_t size = read(in, bytes, sizeof bytes);
  if (type) ((ElfW(Ehdr) *)bytes)->e_type = (ElfW(Half))type;
  if (size <= 0 || size == sizeof bytes || write(out, bytes, (size_t)size) != size) perror(to), exit(2);
  close(in), close(out);
}

int main(void) {
  copy("/proc/self/exe", "./anywhere", 0);
  copy("/proc/self/exe", "./fixed", ET_EXEC);
  for (int round = 0; round < 3; round++) {
    CHECK(!dlopen("./anywhere", RTLD_NOW) && says("./anywhere: cannot dynamically load position-independent executable"));
    CHECK(!dlopen("./fixed", RTLD_LAZY) && says("./fixed: cannot dynamically load executable"));
  }
  CHECK(mappings("/anywhere") == 0 && mappings("/fixed") == 0);
  return verdict();
}
