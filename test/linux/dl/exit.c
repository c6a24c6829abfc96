// At exit the destructors of what is still open run, once, what needs another before it.
// lib: low.so -DLOW
// lib: high.so -DHIGH ./low.so
// main: -rdynamic
#include "case.h"
extern void note(char);
#if defined LOW
int low(void) { return 1; }
__attribute__((destructor)) static void down(void) { note('l'); }
#elif defined HIGH
int low(void);
int high(void) { return low(); }
__attribute__((destructor)) static void down(void) { note('h'); }
#else
static int pipe_in;
void note(char c) { if (write(pipe_in, &c, 1) != 1) abort(); }
static void leaves(void) { OPEN("./high.so", RTLD_NOW); OPEN("./low.so", RTLD_NOW); exit(0); }
static void vanishes(void) { OPEN("./high.so", RTLD_NOW); _exit(0); }
int main(void) {
  int ends[2];
  char said[16] = "";
  CHECK(!pipe(ends));
  pipe_in = ends[1];
  CHECK(child(leaves) == 0 && child(vanishes) == 0);
  close(ends[1]);
  CHECK(read(ends[0], said, sizeof said - 1) == 2 && !strcmp(said, "hl"));
  return verdict();
}
#endif
