// What a library registered with atexit runs when it is closed, or at exit if it is not; once.
// lib: one.so -DONE
// main: -rdynamic
#include "case.h"
extern void note(char);
#ifdef ONE
static void first(void) { note('1'); }
static void second(void) { note('2'); }
void registers(void) { atexit(first); atexit(second); }
__attribute__((destructor)) static void down(void) { note('d'); }
#else
static char notes[16];
static int pipe_in = -1;
void note(char c) {
  notes[strlen(notes)] = c;
  if (pipe_in >= 0 && write(pipe_in, &c, 1) != 1) abort();
}
static void leaves(void) {
  SYMBOL(void (*)(void), OPEN("./one.so", RTLD_NOW), "registers")();
  exit(7);
}
int main(void) {
  void *one = OPEN("./one.so", RTLD_NOW);
  SYMBOL(void (*)(void), one, "registers")();
  CHECK(!dlclose(one));
  CHECK(strlen(notes) == 3 && strstr(notes, "21") && strchr(notes, 'd'));
  int ends[2];
  char said[16] = "";
  CHECK(!pipe(ends));
  pipe_in = ends[1];
  CHECK(child(leaves) == 7);
  CHECK(read(ends[0], said, sizeof said - 1) == 3 && strstr(said, "21") && strchr(said, 'd'));
  return verdict();
}
#endif
