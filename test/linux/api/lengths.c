// Names of every length are found, and others are not, wherever they lie: also where the next page is nobody's.
// lib: names.so -DNAMES
#include "case.h"
#define EIGHT(X, p) X(p##a) X(p##ab) X(p##abc) X(p##abcd) X(p##abcde) X(p##abcdef) X(p##abcdefg) X(p##abcdefgh)
#define ALL(X) \
  EIGHT(X, ) EIGHT(X, abcdefgh) EIGHT(X, abcdefghabcdefgh) EIGHT(X, abcdefghabcdefghabcdefgh) EIGHT(X, abcdefghabcdefghabcdefghabcdefgh)
#define LARGE "gr\u00f6\u00dfe"
#ifdef NAMES
#define DEFINE(name) EXPORT int name(void) { return sizeof #name - 1; }
ALL(DEFINE)
EXPORT int large(void) __asm__(LARGE);
int large(void) { return 7; }
#else
static lw_module module;

/** A name that begins there, and what it would be with another letter at its end. */
static void look(char *at, const char *name) {
  size_t bytes = strlen(name);
  memcpy(at, name, bytes + 1);
  CHECK(SYMBOL_OF(int (*)(void), module, at)() == (int)bytes);
  at[bytes - 1] = 'x';
  CHECK(!lw_symbol(module, at) && strstr(lw_error(), at));
}

int main(void) {
  static const char *const names[] = {
#define TEXT(name) #name,
    ALL(TEXT) LARGE,
  };
  module = LOAD("./names.so", 0);
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *room = (char *)mmap(0, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(room != MAP_FAILED && mprotect(room + 2 * page, page, PROT_NONE) == 0);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    look(room + 2 * page - strlen(names[i]) - 1, names[i]);
    for (size_t before = 0; before < 50; before++) look(room + page - before, names[i]);
  }
  CHECK(!lw_symbol(module, ""));
  return verdict();
}
#endif
