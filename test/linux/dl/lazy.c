// What is opened lazily is bound by its first call: with all kinds of arguments, and what it calls may itself open.
// lib: giver.so -DGIVER
// lib: taker.so -DTAKER ./giver.so -Wl,-z,lazy
// env: LD_BIND_NOW=
#include "case.h"
#if defined GIVER
int inner(int a) { return dlopen("./giver.so", RTLD_NOW) ? a : -1; }
double mixed(int a, double b, long c, float d, int e, int f, long g, int h, double i, __int128 j, const char *k, _Bool l) {
  return a + b + (double)c + (double)d + e + f + (double)g + h + i + (double)j + (double)strlen(k) + l;
}
typedef struct { long a, b, c; } Large;
Large large(Large x) { return (Large){x.c, x.b, x.a}; }
#elif defined TAKER
int inner(int a);
double mixed(int a, double b, long c, float d, int e, int f, long g, int h, double i, __int128 j, const char *k, _Bool l);
typedef struct { long a, b, c; } Large;
Large large(Large x);
int calls(void) {
  double sum = mixed(1, 2.5, 3, 4.5f, 5, 6, 7, 8, 9.5, 10, "eleven", 1);
  Large turned = large((Large){1, 2, 3});
  return sum == 63.5 && turned.a == 3 && turned.b == 2 && turned.c == 1 ? inner(17) : 0;
}
#else
int main(void) {
  void *taker = OPEN("./taker.so", RTLD_LAZY);
  int (*calls)(void) = SYMBOL(int (*)(void), taker, "calls");
  CHECK(calls() == 17 && calls() == 17);
  return verdict();
}
#endif
