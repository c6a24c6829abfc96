// In the process's own context a module stays whose unique symbol is bound, as with the system's linker; in another one everything goes.
// lib: one.so -DUNIQUE
// lib: plain.so -DPLAIN
#include "case.h"
#if defined UNIQUE
__asm__(".data\n.globl single\n.type single, @gnu_unique_object\n.size single, 4\n.p2align 2\nsingle: .long 17\n.text\n");
extern int single;
EXPORT int *where(void) { return &single; }
#elif defined PLAIN
int single = 17;
EXPORT int *where(void) { return &single; }
#else
int main(void) {
  lw_context context;
  lw_module one = 0;
  CHECK(lw_context_open(&context) == LW_OK && lw_open(context, "./one.so", LW_MAPPED, &one) == LW_OK);
  CHECK(*SYMBOL_OF(int *(*)(void), one, "where")() == 17 && lw_close(one) == LW_OK && mappings("/one.so") == 0);
  one = LOAD("./one.so", LW_MAPPED);
  int *single = SYMBOL_OF(int *(*)(void), one, "where")();
  CHECK((*single)++ == 17 && lw_close(one) == LW_OK && mappings("/one.so") > 0);
  CHECK(SYMBOL_OF(int *(*)(void), LOAD("./one.so", LW_MAPPED), "where")() == single && *single == 18);
  lw_module plain = LOAD("./plain.so", LW_MAPPED);
  CHECK(lw_close(plain) == LW_OK && mappings("/plain.so") == 0 && lw_context_close(context) == LW_OK);
  return verdict();
}
#endif
