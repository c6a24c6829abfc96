// An object with more sections than a symbol can number (SHN_XINDEX) is opened like any other.
// object: many.o -DMANY
// main: -DMAIN
#ifdef MANY
// Each section has the address of what lies in the one as far from the end.
__asm__(
  ".altmacro\n"
  ".macro section number, other\n"
  ".section .data.s\\number,\"aw\",%progbits\n"
  ".globl s\\number\n"
  "s\\number: .dc.a s\\other\n"
  ".endm\n"
  ".set number, 0\n"
  ".rept 70000\n"
  "section %number, %(69999 - number)\n"
  ".set number, number + 1\n"
  ".endr\n");
#else
#include "case.h"

int main(void) {
  lw_module many = LOAD("./many.o", 0);
  static const int numbers[] = {0, 1, 34999, 65279, 65280, 65536, 69999};
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; ++i) {
    char name[16], other[16];
    snprintf(name, sizeof name, "s%d", numbers[i]);
    snprintf(other, sizeof other, "s%d", 69999 - numbers[i]);
    void **const word = lw_symbol(many, name);
    CHECK(word && *word && *word == lw_symbol(many, other));
  }
  CHECK(lw_close(many) == LW_OK);
  return failures != 0;
}
#endif
