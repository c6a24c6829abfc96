// What libc opens for itself is known from then on, for nobody but who asks for it by name, and stays when libc closes it.
// lib: one.so -DONE
#include "../dl/case.h"
#ifdef ONE
int one(void) { return 17; }
#else
#include <iconv.h>
int main(void) {
  OPEN("./one.so", RTLD_NOW);
  iconv_t first = iconv_open("UTF-16", "KOI8-R");
  if (first == (iconv_t)-1) {
    fprintf(stderr, "libc has no module for KOI8-R here\n");
    return 0;
  }
  OPEN("./one.so", RTLD_NOW);
  CHECK(!dlsym(RTLD_DEFAULT, "gconv_init") && dlerror());
  int before = mappings("/KOI8-R.so");
  void *known = dlopen("KOI8-R.so", RTLD_NOW | RTLD_NOLOAD);
  CHECK(before > 0 && known && dlsym(known, "gconv"));
  iconv_close(first);
  // libc gives a module back when others were opened and closed meanwhile.
  static const char *const others[] = {"KOI8-U", "ISO-8859-7", "EUC-JP", "BIG5", "CP1251"};
  for (int i = 0; i < 5; i++) {
    iconv_t other = iconv_open("UTF-16", others[i]);
    if (other != (iconv_t)-1) iconv_close(other);
  }
  CHECK(mappings("/KOI8-R.so") == before && dlsym(known, "gconv") && !dlclose(known));
  return verdict();
}
#endif
