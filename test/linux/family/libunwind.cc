// Frames of an opened library are walked by what asks dl_iterate_phdr alone, as LLVM's unwinder does: each has its table there.
// lib: one.so -DONE
#include "../dl/case.h"
#ifdef ONE
extern "C" __attribute__((noinline)) int through(int (*back)(int), int value) { return back(value) + 1; }
extern "C" int throws(int value) { if (value) throw value; return 0; }
#else
static uintptr_t wanted;
static int holds(struct dl_phdr_info *info, size_t, void *data) {
  int loads = 0, tables = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) &each = info->dlpi_phdr[i];
    uintptr_t start = info->dlpi_addr + each.p_vaddr;
    loads += each.p_type == PT_LOAD && wanted - start < each.p_memsz;
    // Version 1 of .eh_frame_hdr.
    tables += each.p_type == PT_GNU_EH_FRAME && *(const char *)start == 1;
  }
  *(int *)data += loads && tables;
  return 0;
}
int main() {
  void *one = OPEN("./one.so", RTLD_NOW);
  int (*through)(int (*)(int), int) = SYMBOL(int (*)(int (*)(int), int), one, "through");
  int (*throws)(int) = SYMBOL(int (*)(int), one, "throws"), count = 0, caught = 0;
  wanted = (uintptr_t)through;
  dl_iterate_phdr(holds, &count);
  CHECK(count == 1);
  try { through(throws, 17); } catch (int value) { caught = value; }
  CHECK(caught == 17);
  CHECK(!dlclose(one));
  count = 0;
  dl_iterate_phdr(holds, &count);
  CHECK(count == 0);
  return verdict();
}
#endif
