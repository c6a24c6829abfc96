// A symbol whose name lies outside of the string table is nobody's name: dladdr and backtrace_symbols do without.
// lib: one.so -DONE
#include "../dl/case.h"
#include <elf.h>
#include <execinfo.h>
#include <fcntl.h>
#if defined ONE
__attribute__((visibility("protected"))) int victim = 5;
int *place(void) { return &victim; }
#else
static char bytes[1 << 20];

static char *at(ElfW(Addr) address) {
  const ElfW(Ehdr) *head = (const void *)bytes;
  const ElfW(Phdr) *each = (const void *)(bytes + head->e_phoff);
  while (each->p_type != PT_LOAD || address < each->p_vaddr || address >= each->p_vaddr + each->p_filesz) ++each;
  return bytes + each->p_offset + (address - each->p_vaddr);
}

/* Writes a copy of the library in which the symbol's name is nowhere. */
static void spoil(const char *from, const char *to) {
  int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0700);
  ssize_t size = read(in, bytes, sizeof bytes);
  const ElfW(Phdr) *dynamic = (const void *)(bytes + ((const ElfW(Ehdr) *)bytes)->e_phoff);
  while (dynamic->p_type != PT_DYNAMIC) ++dynamic;
  ElfW(Sym) *symbol = 0;
  const char *strings = 0;
  for (const ElfW(Dyn) *each = (const void *)(bytes + dynamic->p_offset); each->d_tag != DT_NULL; ++each) {
    if (each->d_tag == DT_SYMTAB) symbol = (ElfW(Sym) *)at(each->d_un.d_ptr);
    if (each->d_tag == DT_STRTAB) strings = at(each->d_un.d_ptr);
  }
  while (strcmp(strings + symbol->st_name, "victim")) ++symbol;
  symbol->st_name = 0x7ffffff0;
  CHECK(size > 0 && write(out, bytes, (size_t)size) == size && !close(in) && !close(out));
}

int main(void) {
  spoil("./one.so", "./spoilt.so");
  void *handle = OPEN("./spoilt.so", RTLD_LAZY), *address = SYMBOL(int *(*)(void), handle, "place")();
  Dl_info info;
  CHECK(*(int *)address == 5 && dladdr(address, &info) && strstr(info.dli_fname, "spoilt.so") && !info.dli_sname && !info.dli_saddr);
  char **names = backtrace_symbols(&address, 1);
  CHECK(names && strstr(names[0], "spoilt.so(+0x"));
  free(names);
  CHECK(!dlsym(handle, "victim") && says("victim"));
  return verdict();
}
#endif
