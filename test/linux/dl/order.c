// What is needed is initialised first and finalised last; within a file, in the order of its arrays.
// lib: low.so -DLOW
// lib: high.so -DHIGH ./low.so
// main: -rdynamic
#include "case.h"
#if defined LOW || defined HIGH
extern void note(char);
#ifdef LOW
int low(void) { return 1; }
#define A 'a'
#else
int low(void);
int high(void) { return low(); }
#define A 'A'
#endif
__attribute__((constructor(200))) static void second(void) { note(A + 1); }
__attribute__((constructor(150))) static void first(void) { note(A); }
__attribute__((destructor(150))) static void last(void) { note(A + 3); }
__attribute__((destructor(200))) static void before_last(void) { note(A + 2); }
#else
static char notes[32];
void note(char c) { notes[strlen(notes)] = c; }
int main(void) {
  void *high = OPEN("./high.so", RTLD_NOW);
  CHECK(!strcmp(notes, "abAB"));
  void *low = OPEN("./low.so", RTLD_NOW);
  CHECK(!dlclose(high));
  CHECK(!strcmp(notes, "abABCD"));
  CHECK(!dlclose(low));
  CHECK(!strcmp(notes, "abABCDcd"));
  return verdict();
}
#endif
