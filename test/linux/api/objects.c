// Objects and archives are opened as libraries are: by path, number and from memory, alone and as sets.
// object: one.o -DONE -fPIC -fcommon
// object: other.o -DOTHER -fPIC -fcommon -ffunction-sections
// object: wanted.o -DMEMBER=wanted
// object: unwanted.o -DMEMBER=unwanted -DMISSES
// object: twice.o -DONE -fno-pic
// object: low.o -DLOW -fno-pic -mcmodel=small -fno-unwind-tables
// object: large.o -DLARGE -fPIC
// object: tls.o -DTLS -fPIC
// object: lone.o -DLONE -fPIC
// archive: members.a wanted.o unwanted.o
// archive: whole.a one.o other.o wanted.o
// archive: thin.a --thin one.o other.o wanted.o
// archive: lost.a --thin wanted.o lone.o
// archive: twice.a one.o other.o wanted.o twice.o
// archive: bsd.a --format=bsd one.o other.o wanted.o
// file: text.o no object at all
// lib: plain.so -DONE -DPLAIN
// main: -DMAIN -Wl,--export-dynamic
#ifdef ONE
// Calls the other one, and what a member of the archive has.
int other(int), wanted(int);
static const char *const names[] = {"zero", "one", "two"};
int common;
__attribute__((section("hooks"), used)) static int hook = 1;
#ifdef PLAIN
int other(int x) { return x; }
int wanted(int x) { return x; }
#endif
int one(int x) { return other(x) + wanted(x) + (names[2][0] == 't') + common; }
#elif defined OTHER
extern int strcmp(const char *, const char *), told(int);
static int begun;
int common;
__attribute__((section("hooks"), used)) static int more_hooks[2] = {20, 300};
__attribute__((constructor)) static void begin(void) { common = 5, begun = strcmp("a", "a") == 0 ? told(1) : 100; }
__attribute__((destructor)) static void end(void) { told(2); }
int other(int x) {
  switch (x) {
    case 1: return begun + 10;
    case 2: return 200;
    case 3: return 3000;
    case 4: return 40000;
    case 5: return 5000;
    default: return x;
  }
}
#elif defined MEMBER
#define NAME_OF(name) name
#ifdef MISSES
int nowhere(void);
int NAME_OF(MEMBER)(int x) { return nowhere() + x; }
#else
int NAME_OF(MEMBER)(int x) { return x * 2; }
#endif
#elif defined LOW
static int values[4] = {1, 2, 3, 4};
static int (*const table[])(int);
int value(int i) { return values[i & 3]; }
static int twice(int i) { return 2 * i; }
static int (*const table[])(int) = {value, twice};
int (*chosen(int i))(int) { return table[i & 1]; }
int *place(void) { return values; }
extern int told(int);
int low(int i) { return table[0](i) + table[1](i) + told(i); }
#elif defined LARGE
__attribute__((aligned(1 << 16))) int wide[1 << 20];
__attribute__((aligned(1 << 14))) const char constant[] = "constant";
__attribute__((section(".data.rel.ro"))) int *const start = wide;
int fill(void) {
  for (int i = 0; i < 1 << 20; ++i) {
    if (wide[i]) return i;
    wide[i] = i;
  }
  return start[(1 << 20) - 1];
}
#elif defined TLS
__thread int counter = 40, zero;
static __thread long own = 7;
int count(void) { return ++counter + ++zero + (int)++own; }
#elif defined LONE
int lone(void) { return 17; }
#elif defined MAIN
#include "case.h"
#include <pthread.h>
static int heard;
int told(int what) { return heard = what; }

static lw_module taken(int code, lw_module module) {
  const char *why = lw_error();
  if (code != LW_OK) fprintf(stderr, "%#x: %s\n", code, why ? why : "null"), ++failures;
  return code == LW_OK ? module : 0;
}

static lw_module set(const char *const *paths, size_t count, unsigned flags) {
  lw_module module = 0;
  return taken(lw_open_objects(LW_PROCESS, paths, count, flags, &module), module);
}
#define SET(flags, ...) set((const char *const[]){__VA_ARGS__}, sizeof (const char *[]){__VA_ARGS__} / sizeof(char *), flags)

static int call(lw_module module, const char *name, int x) {
  int (*function)(int) = (int (*)(int))(uintptr_t)lw_symbol(module, name);
  if (!function) return fprintf(stderr, "%s: %s\n", name, lw_error()), -1;
  return function(x);
}

/* Whether any mapping is writable and executable. */
static bool has_both(void) {
  static struct state now;
  return strstr(state(&now)->maps, " rwx") != NULL;
}

static int refused_set(const char *const *paths, size_t count) {
  lw_module module;
  return lw_open_objects(LW_PROCESS, paths, count, 0, &module);
}
#define REFUSED(...) refused_set((const char *const[]){__VA_ARGS__}, sizeof (const char *[]){__VA_ARGS__} / sizeof(char *))

static void *in_thread(void *module) { return (void *)(intptr_t)call((lw_module)(uintptr_t)module, "count", 0); }

static void sets(void) {
  lw_module module = SET(0, "./one.o", "other.o", "./members.a"), again;
  CHECK(call(module, "one", 1) == 11 + 2 + 1 + 5 && heard == 1);
  CHECK(call(module, "one", 4) == 40000 + 8 + 6);
  CHECK(!lw_symbol(module, "unwanted") && lw_error());
  CHECK(!has_both());
  struct lw_info info;
  CHECK(lw_module_info(module, &info) == LW_OK && strstr(info.path, "one.o") && info.headers && info.header_count >= 3 && info.dynamic);
  struct lw_place place;
  CHECK(lw_address(LW_PROCESS, lw_symbol(module, "other"), &place) == LW_OK && place.module == module && !strcmp(place.symbol, "other"));
  size_t bytes;
  const int *hooks = lw_section(module, "hooks", &bytes);
  CHECK(hooks && bytes == 3 * sizeof *hooks && hooks[0] + hooks[1] + hooks[2] == 321);
  CHECK(!lw_section(module, ".data", &bytes) && bytes == 0 && strstr(lw_error(), ".data"));
  CHECK(!lw_section(module, NULL, &bytes) && !lw_section(0, "hooks", NULL));
  // A set is one more whatever there is, and nobody's library.
  again = SET(0, "./one.o", "other.o", "./members.a", "one.o");
  CHECK(again != module && lw_symbol(again, "one") != lw_symbol(module, "one"));
  CHECK(lw_close(again) == LW_OK && heard == 2);
  heard = 0;
  CHECK(lw_close(module) == LW_OK && heard == 2);
  // Archives first: all of it.
  module = SET(LW_GLOBAL, "./whole.a");
  CHECK(call(module, "one", 2) == 200 + 4 + 6 && lw_global(LW_PROCESS, "wanted") == lw_symbol(module, "wanted"));
  CHECK(lw_close(module) == LW_OK);
  static const char *const archives[] = {"./thin.a", "./bsd.a"};
  for (int i = 0; i < 2; ++i) {
    module = SET(0, archives[i]);
    CHECK(call(module, "one", 2) == 200 + 4 + 6 && lw_close(module) == LW_OK);
    module = SET(0, "./lone.o", archives[i]);
    CHECK(call(module, "lone", 0) == 17 && !lw_symbol(module, "one") && lw_error() && lw_close(module) == LW_OK);
  }
}

static void alone(void) {
  lw_module module, again;
  CHECK(lw_open(LW_PROCESS, "lone.o", 0, &module) == LW_OK && call(module, "lone", 0) == 17 && lw_close(module) == LW_OK);
  CHECK(lw_open(LW_PROCESS, "./lone.o", 0, &module) == LW_OK && call(module, "lone", 0) == 17);
  CHECK(lw_open(LW_PROCESS, "./lone.o", LW_NOLOAD, &again) == LW_OK && again == module);
  CHECK(lw_close(again) == LW_OK && lw_close(module) == LW_OK);
  FAILS(lw_open(LW_PROCESS, "./lone.o", LW_NOLOAD, &again), LW_CODE_NOT_HELD, "LW_NOLOAD");
  int file = open("./whole.a", O_RDONLY | O_CLOEXEC);
  CHECK(lw_open_fd(LW_PROCESS, file, NULL, 0, &module) == LW_OK && call(module, "one", 3) == 3000 + 6 + 6);
  CHECK(lw_close(module) == LW_OK);
  close(file);
  for (unsigned flags = 0; flags <= LW_TAKE; flags += LW_TAKE) {
    size_t size;
    char *bytes = bytes_of("./whole.a", &size);
    CHECK(lw_open_memory(LW_PROCESS, bytes, size, "bytes", flags, &module) == LW_OK);
    if (!flags) munmap(bytes, size);
    CHECK(call(module, "one", 3) == 3000 + 6 + 6 && lw_close(module) == LW_OK);
  }
}

static void low(void) {
  lw_module module;
  CHECK(lw_open(LW_PROCESS, "./low.o", 0, &module) == LW_OK);
  CHECK(call(module, "low", 3) == 4 + 6 + 3);
  struct lw_info info;
  CHECK(lw_module_info(module, &info) == LW_OK && (uint64_t)(uintptr_t)info.base + info.bytes <= UINT64_C(1) << 31);
  CHECK(lw_close(module) == LW_OK);
}

static void large(void) {
  lw_module module;
  CHECK(lw_open(LW_PROCESS, "./large.o", 0, &module) == LW_OK);
  CHECK((uintptr_t)lw_symbol(module, "wide") % (1 << 16) == 0 && (uintptr_t)lw_symbol(module, "constant") % (1 << 14) == 0);
  CHECK(call(module, "fill", 0) == (1 << 20) - 1 && !strcmp(lw_symbol(module, "constant"), "constant"));
  CHECK(lw_close(module) == LW_OK);
}

static void threads(void) {
  lw_module module;
  CHECK(lw_open(LW_PROCESS, "./tls.o", 0, &module) == LW_OK);
  CHECK(call(module, "count", 0) == 41 + 1 + 8 && call(module, "count", 0) == 42 + 2 + 9);
  pthread_t thread;
  void *answer;
  pthread_create(&thread, NULL, in_thread, (void *)(uintptr_t)module);
  pthread_join(thread, &answer);
  CHECK((intptr_t)answer == 41 + 1 + 8);
  CHECK(*(int *)lw_symbol(module, "counter") == 42 && lw_close(module) == LW_OK);
}

static void wrong(void) {
  lw_module module;
  FAILS(REFUSED("./one.o", "./nothing.o"), LW_CODE_VIEW_REFUSED, "./nothing.o: cannot open object file: No such file");
  FAILS(REFUSED("./one.o", NULL), LW_CODE_VIEW_REFUSED, "(null)");
  FAILS(REFUSED("./one.o"), LW_CODE_MISSING_SYMBOL, "other (needed by ./one.o), wanted (needed by ./one.o)");
  FAILS(REFUSED("./one.o", "./twice.o", "./other.o"), LW_CODE_DUPLICATE_SYMBOL, "./twice.o: ");
  FAILS(REFUSED("./one.o", "./text.o"), LW_CODE_BAD_MAGIC, "./text.o");
  FAILS(REFUSED("./plain.so", "./one.o"), LW_CODE_UNSUPPORTED_TYPE, "./plain.so");
  FAILS(REFUSED("./lone.o", "./plain.so"), LW_CODE_BAD_TYPE, "./plain.so");
  FAILS(REFUSED("./lone.o", "/"), LW_CODE_VIEW_REFUSED, "directory");
  FAILS(lw_open_objects(LW_PROCESS, (const char *const[]){"./lone.o"}, 0, 0, &module), LW_CODE_WRONG_KIND, "no files");
  FAILS(lw_open_objects(LW_PROCESS, (const char *const[]){"./lone.o"}, 1, 0, NULL), LW_CODE_WRONG_KIND, "no place");
  FAILS(lw_open_objects(LW_PROCESS, NULL, 1, 0, &module), LW_CODE_WRONG_KIND, "no files");
  FAILS(lw_open_objects(LW_PROCESS, (const char *const[]){"./lone.o"}, 1, LW_NOLOAD, &module), LW_CODE_BAD_FLAGS, "0x10000");
  FAILS(lw_open_objects(12345, (const char *const[]){"./lone.o"}, 1, 0, &module), LW_CODE_STALE_HANDLE, "no context");
  FAILS(lw_open(LW_PROCESS, "./unwanted.o", 0, &module), LW_CODE_MISSING_SYMBOL, "nowhere");
  FAILS(lw_open(LW_PROCESS, "nothing.o", 0, &module), LW_CODE_VIEW_REFUSED, "nothing.o: cannot open");
  CHECK(rename("lone.o", "away.o") == 0);
  FAILS(REFUSED("./one.o", "./other.o", "./lost.a"), LW_CODE_MISSING_MEMBER, "./lost.a(lone.o): ");
  CHECK(rename("away.o", "lone.o") == 0);
  FAILS(REFUSED("./twice.a"), LW_CODE_DUPLICATE_SYMBOL, "./twice.a(twice.o): ");
  size_t size;
  char *bytes = bytes_of("./thin.a", &size);
  FAILS(lw_open_memory(LW_PROCESS, bytes, size, "bytes", 0, &module), LW_CODE_MISSING_MEMBER, "bytes(one.o): ");
  munmap(bytes, size);
  CHECK(lw_open(LW_PROCESS, "./unwanted.o", LW_MISSING, &module) == LW_OK && lw_close(module) == LW_OK);
}

int main(void) {
  static struct state before;
  for (int i = 0; i < 3; ++i) {
    sets(), alone(), low(), large(), threads(), wrong();
    if (i == 1) state(&before);
  }
  SAME(&before);
  return verdict();
}
#endif
