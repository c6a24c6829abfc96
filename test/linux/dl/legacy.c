// DT_INIT runs before DT_INIT_ARRAY, and DT_FINI after DT_FINI_ARRAY.
// lib: one.so -DONE -Wl,-init=begins -Wl,-fini=ends
// main: -rdynamic
#include "case.h"
extern void note(char);
#ifdef ONE
void begins(void) { note('1'); }
void ends(void) { note('4'); }
__attribute__((constructor)) static void up(void) { note('2'); }
__attribute__((destructor)) static void down(void) { note('3'); }
#else
static char notes[8];
void note(char c) { notes[strlen(notes)] = c; }
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  CHECK(!strcmp(notes, "12"));
  CHECK(!dlclose(one));
  CHECK(!strcmp(notes, "1234"));
  return verdict();
}
#endif
