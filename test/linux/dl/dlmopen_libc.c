// A library in a namespace of its own brings what it needs, and may use it.
// lib: one.so -DONE
#include "case.h"
#ifdef ONE
char *made(int number) { char *text = malloc(32); snprintf(text, 32, "number %d", number); return text; }
void drop(char *text) { free(text); }
#else
int main(void) {
  void *other = opened(dlmopen(LM_ID_NEWLM, "./one.so", RTLD_NOW), "dlmopen", __FILE__, __LINE__);
  char *text = SYMBOL(char *(*)(int), other, "made")(17);
  CHECK(text && !strcmp(text, "number 17"));
  SYMBOL(void (*)(char *), other, "drop")(text);
  CHECK(!dlclose(other));
  return verdict();
}
#endif
