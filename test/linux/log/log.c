// LW_LOG shows a load: two libraries that come and go, and one that is refused.
// lib: under.so -DUNDER
// lib: over.so -DOVER -Wl,--no-as-needed ./under.so
#include <linkwright.h>
#include <stdlib.h>
#if defined UNDER
__attribute__((visibility("default"))) int under(void) { return 17; }
#elif defined OVER
extern int under(void);
__attribute__((visibility("default"))) int over(void) { return under(); }
__attribute__((constructor)) static void up(void) { under(); }
#else
int main(void) {
  lw_module over, none;
  if (lw_open(LW_PROCESS, "./over.so", 0, &over)) return 1;
  if (((int (*)(void))lw_symbol(over, "over"))() != 17) return 2;
  if (!lw_open(LW_PROCESS, "./missing.so", 0, &none)) return 3;
  return lw_close(over) ? 4 : 0;
}
#endif
