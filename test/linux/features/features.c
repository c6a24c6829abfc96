// What a build has: a plain library, one with thread-local storage, one that lacks a function that it never calls, a version, objects.
// lib: plain.so -DPLAIN
// lib: local.so -DLOCAL
// lib: lacking.so -DLACKING -Wl,-z,lazy
// object: one.o -DOBJECT=one -fPIC
// object: other.o -DOBJECT=other -fPIC
#include <linkwright.h>
#include <stdio.h>
#if defined PLAIN
__attribute__((visibility("default"))) int plain(void) { return puts("plain: called"); }
#elif defined LOCAL
__attribute__((visibility("default"))) _Thread_local int local = 5;
#elif defined LACKING
extern int nobody_has_this(void);
__attribute__((visibility("default"))) int call(int really) { return really ? nobody_has_this() : 17; }
#elif defined OBJECT
int OBJECT(void) { return 17; }
#else
int main(void) {
  lw_module module;
  int code = lw_open(LW_PROCESS, "./plain.so", 0, &module);
  if (code == LW_OK) ((int (*)(void))lw_symbol(module, "plain"))();
  printf("plain %#x\n", code);
  code = lw_open(LW_PROCESS, "./local.so", 0, &module);
  printf("tls %#x %d\n", code, code == LW_OK ? *(int *)lw_symbol(module, "local") : 0);
  code = lw_open(LW_PROCESS, "./lacking.so", LW_LAZY, &module);
  printf("lazy %#x %d\n", code, code == LW_OK ? ((int (*)(int))lw_symbol(module, "call"))(0) : 0);
  code = lw_open(LW_PROCESS, "libc.so.6", LW_NOLOAD, &module);
  printf("versions %#x %d\n", code, lw_symbol_version(module, "puts", "GLIBC_2.2.5") == (void *)puts);
  code = lw_open(LW_PROCESS, "./one.o", 0, &module);
  printf("objects %#x %d\n", code, code == LW_OK ? ((int (*)(void))lw_symbol(module, "one"))() : 0);
  code = lw_open_objects(LW_PROCESS, (const char *const[]){"./one.o", "./other.o"}, 2, 0, &module);
  printf("sets %#x %d\n", code, code == LW_OK ? ((int (*)(void))lw_symbol(module, "other"))() : 0);
  return 0;
}
#endif
