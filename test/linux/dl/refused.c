// Files that are no library of this machine are refused, with a message that names them, and leave nothing.
// lib: good.so -DGOOD
// lib: narrow.so -DGOOD -m32 -nostdlib
// lib: other.so -DGOOD --target=aarch64-linux-gnu -nostdlib
// loads: 0
#ifdef GOOD
int data[2000] = {17};
#else
#include "case.h"
#include <fcntl.h>
#include <sys/stat.h>
static void writes(const char *path, const char *bytes, size_t count) {
  int file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
  if (file < 0 || write(file, bytes, count) != (ssize_t)count || close(file)) abort();
}
int main(void) {
  static char good[1 << 16];
  int file = open("good.so", O_RDONLY);
  ssize_t bytes = read(file, good, sizeof good);
  CHECK(bytes > 4096 && !close(file));
  writes("empty.so", "", 0);
  writes("text.so", "this is no library, but a text that is longer than a header of ELF is", 69);
  writes("header.so", good, 64);
  writes("short.so", good, 600);
  CHECK(!mkdir("folder.so", 0755));
  good[EI_DATA] = ELFDATA2MSB, writes("order.so", good, (size_t)bytes), good[EI_DATA] = ELFDATA2LSB;
  good[16] = ET_REL, writes("object.so", good, (size_t)bytes), good[16] = ET_DYN;
  writes("sealed.so", good, (size_t)bytes);
  if (geteuid()) CHECK(!chmod("sealed.so", 0)); // root opens everything
  else CHECK(!unlink("sealed.so"));
  const char *paths[] = {"empty", "text", "header", "short", "folder", "order", "object", "sealed", "narrow", "other", "nowhere"};
  for (int round = 0; round < 2; round++) {
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
      char path[64];
      snprintf(path, sizeof path, "./%s.so", paths[i]);
      CHECK(!dlopen(path, RTLD_NOW) && says(path));
      CHECK(!dlopen(path, RTLD_LAZY | RTLD_GLOBAL) && says(path));
      CHECK(mappings(path + 1) == 0);
    }
  }
  return verdict();
}
#endif
