// dlsym of a function, data, a thread-local variable, what a resolver chooses, and a symbol whose value is null.
// lib: kinds.so -DKINDS
#include "case.h"
#include <pthread.h>
#ifdef KINDS
int function(void) { return 17; }
int data = 18;
const char constant[] = "nineteen";
__thread int local = 20;
static int chosen(void) { return 21; }
static int (*choose(void))(void) { return chosen; }
int resolved(void) __attribute__((ifunc("choose")));
int *where(void) { return &local; }
int (*which(void))(void) { return resolved; }
__asm__(".globl nothing\n.type nothing, @object\n.set nothing, 0\n");
#else
static void *handle;
static void *elsewhere(void *unused) {
  int *local = SYMBOL(int *, handle, "local");
  CHECK(*local == 20 && local == SYMBOL(int *(*)(void), handle, "where")());
  return (void)unused, local;
}
int main(void) {
  handle = OPEN("./kinds.so", RTLD_NOW);
  CHECK(SYMBOL(int (*)(void), handle, "function")() == 17);
  CHECK(*SYMBOL(int *, handle, "data") == 18);
  CHECK(!strcmp(SYMBOL(char *, handle, "constant"), "nineteen"));
  int *local = SYMBOL(int *, handle, "local");
  CHECK((*local)++ == 20 && local == SYMBOL(int *(*)(void), handle, "where")());
  int (*resolved)(void) = SYMBOL(int (*)(void), handle, "resolved");
  CHECK(resolved() == 21 && SYMBOL(int (*(*)(void))(void), handle, "which")()() == 21);
  dlerror();
  CHECK(!dlsym(handle, "nothing") && !dlerror()); // null, and no error
  CHECK(!dlsym(handle, "missing") && says("missing"));
  pthread_t thread;
  void *other = 0;
  CHECK(!pthread_create(&thread, 0, elsewhere, 0) && !pthread_join(thread, &other));
  CHECK(other != local && *local == 21);
  return verdict();
}
#endif
