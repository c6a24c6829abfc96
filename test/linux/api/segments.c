// Segments that meet: one behind a large one, and two of equal flags that share a page; each has its bytes and its zeros, from a file and from memory.
// lib: big.so -DBIG -Wl,-z,separate-loadable-segments
// lib: page.so -DPAGE -Wl,-T,page.ld
// file: page.ld PHDRS { text PT_LOAD FILEHDR PHDRS FLAGS(5); low PT_LOAD FLAGS(4); high PT_LOAD FLAGS(4); a PT_LOAD FLAGS(6); b PT_LOAD FLAGS(6); c PT_LOAD FLAGS(6); dynamic PT_DYNAMIC FLAGS(6); } SECTIONS { . = SIZEOF_HEADERS; .hash : { *(.hash) *(.gnu.hash) } :text .dynsym : { *(.dynsym) } :text .dynstr : { *(.dynstr) } :text .rela : { *(.rela*) } :text .plt : { *(.plt*) } :text .text : { *(.text*) } :text . = ALIGN(0x1000) + 0x100; .low : { *(.low) } :low . = . + 0x80; .high : { *(.high) } :high . = ALIGN(0x1000); .dynamic : { *(.dynamic) } :a :dynamic .got : { *(.got*) } :a .data : { *(.data*) } :a . = ALIGN(0x1000) + 0x1100; .one : { *(.one) } :a . = . + 0x80; .two : { *(.two) } :b . = ALIGN(0x1000) - 0x800; .three : { *(.three) } :c .bss : { *(.bss*) } :c }
#include "case.h"
#if defined BIG
EXPORT char here[16];
// Relocated and then read-only: 1.1 MiB in a segment of their own, and the data in the next.
EXPORT char *const table[] = {[0 ... 143359] = here};
EXPORT volatile int data = 17;
EXPORT volatile char zeros[1 << 13];
EXPORT int wrong(void) {
  for (unsigned i = 0; i < sizeof table / sizeof *table; i++) if (table[i] != here) return 1;
  for (unsigned i = 0; i < sizeof zeros; i++) if (zeros[i]) return 2;
  return data == 17 ? 0 : 3;
}
#elif defined PAGE
#define IN(name) __attribute__((section(name)))
IN(".low") const volatile int low = 6;
IN(".high") const volatile int high[1 << 11] = {7, [2047] = 70};
IN(".one") volatile int one = 8;
IN(".two") volatile int two[1 << 11] = {9, [2047] = 90};
IN(".three") volatile int three = 10;
static volatile int zeros[1 << 12];
static volatile int *volatile place = &one;
EXPORT int wrong(void) {
  for (int i = 0; i < 1 << 12; i++) if (zeros[i]) return 1;
  if (low != 6 || high[0] != 7 || high[2047] != 70) return 2;
  if (one != 8 || two[0] != 9 || two[2047] != 90 || three != 10 || *place != 8) return 3;
  one = two[0] = two[2047] = three = zeros[0] = zeros[4095] = 1;
  return *place == 1 ? 0 : 4;
}
#else
#include <elf.h>

/** A copy in which the segments that begin in another's page lie at the file's end, the last one first: no page of the file has both. */
static void part(const char *path, const char *copy) {
  enum { PAGE_BYTES = 1 << 12 };
  size_t bytes;
  char *its = bytes_of(path, &bytes);
  FILE *file = fopen(copy, "w");
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)its;
  Elf64_Phdr *segments = (Elf64_Phdr *)(its + header->e_phoff);
  Elf64_Off free = (bytes | (PAGE_BYTES - 1)) + 1;
  int count = 0;
  for (int i = header->e_phnum - 1; i > 0; i--) {
    Elf64_Phdr *one = &segments[i], *last = one - 1;
    if (one->p_type != PT_LOAD || (one->p_vaddr ^ (last->p_vaddr + last->p_memsz - 1)) & -PAGE_BYTES) continue;
    Elf64_Off offset = free + one->p_vaddr % PAGE_BYTES;
    CHECK(fseek(file, (long)offset, SEEK_SET) == 0 && fwrite(its + one->p_offset, one->p_filesz, 1, file) == 1);
    memset(its + one->p_offset, 0xcc, one->p_filesz);
    one->p_offset = offset;
    free = ((offset + one->p_filesz) | (PAGE_BYTES - 1)) + 1;
    count++;
  }
  CHECK(count == 3);
  rewind(file);
  CHECK(fwrite(its, bytes, 1, file) == 1 && ftruncate(fileno(file), (off_t)free) == 0 && fclose(file) == 0);
  munmap(its, bytes);
}

static int wrong(lw_module module) {
  int answer = SYMBOL_OF(int (*)(void), module, "wrong")();
  CHECK(lw_close(module) == LW_OK);
  return answer;
}

static void take(const char *path) {
  static struct state before;
  for (int turn = 0; turn < 2; turn++) {
    state(&before);
    int its = wrong(LOAD(path, 0));
    if (its) fprintf(stderr, "%s: %d\n", path, its);
    CHECK(its == 0);
    for (unsigned flags = 0; flags <= LW_TAKE; flags += LW_TAKE) {
      size_t bytes;
      lw_module module = 0;
      char *buffer = bytes_of(path, &bytes);
      CHECK(lw_open_memory(LW_PROCESS, buffer, bytes, path, flags, &module) == LW_OK);
      its = wrong(module);
      if (its) fprintf(stderr, "%s, in memory: %d\n", path, its);
      CHECK(its == 0);
      if (!flags) munmap(buffer, bytes);
    }
    if (turn) SAME(&before);
  }
}

int main(void) {
  take("./big.so");
  take("./page.so");
  part("page.so", "apart.so");
  take("./apart.so");
  return verdict();
}
#endif
