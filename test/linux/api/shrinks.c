// A file that gets shorter while it is loaded is an error with a reason, and no signal; whenever that is, and however much is left.
// lib: big.so -DBYTES=131072
// lib: tiny.so -DBYTES=16
// lib: wide.so -DBYTES=16 -Wl,-z,max-page-size=0x2000,-z,norelro
// lib: ends.so -DENDS
// lib: asks.so -DASKS
#include "case.h"
#ifdef BYTES
extern int told(int);
EXPORT char text[BYTES] = {1};
EXPORT const char constant[BYTES] = {2};
static int own(void) { return text[0]; }
static int (*choose(void))(void) { return told(16), own; }
EXPORT int chosen(void) __attribute__((ifunc("choose")));
EXPORT int big(void) { return told(17) + chosen(); }
__attribute__((constructor)) static void up(void) { told(text[0] + constant[0]); }
__attribute__((destructor)) static void down(void) { told(text[0]); }
#elif defined ENDS
extern int told(int);
__attribute__((destructor)) static void down(void) { told(18); }
#elif defined ASKS
extern void nested(void);
__attribute__((constructor)) static void up(void) { nested(); }
#else
#include <setjmp.h>

static off_t left;
static unsigned asked, when;
static int ran;
static lw_module ends;
static unsigned how;
static int told(int value) { return ran = value; }

static void shrink(void) {
  if (ran || asked++ != when) return;
  if (truncate("copy.so", left)) exit(3);
  if (ends) CHECK(lw_close(ends) == LW_OK);
}

static void nested(void);

static void *resolve(const struct lw_reference *reference, void *data) {
  (void)data;
  if (!strcmp(reference->name, "nested")) return (void *)nested;
  if (strcmp(reference->path, "./ends.so")) shrink();
  return strcmp(reference->name, "told") ? 0 : (void *)told;
}

static void *intercept(const struct lw_relocation *relocation, void *data) {
  (void)data;
  if (!strcmp(relocation->path, "./copy.so")) shrink();
  return relocation->value;
}

static void fresh(const char *library) {
  char command[64];
  snprintf(command, sizeof command, "rm -f copy.so; cp %s copy.so", library);
  CHECK(system(command) == 0);
  asked = 0;
  ran = 0;
}

/** How often somebody can shrink it before anything of it runs. */
static unsigned times(const char *library) {
  fresh(library);
  when = ~0u;
  CHECK(lw_close(LOAD("./copy.so", how)) == LW_OK);
  CHECK(ran);
  return asked;
}

static void refused(void) {
  lw_module module = 0;
  CHECK(lw_open(LW_PROCESS, "./copy.so", how, &module) == LW_CODE_TRUNCATED);
  const char *why = lw_error();
  CHECK(!module && why && strstr(why, "copy.so"));
}

static void each(const char *library) {
  static struct state before;
  struct stat it;
  const unsigned most = times(library);
  CHECK(most >= 2 && stat(library, &it) == 0);
  const off_t lefts[] = {0, 1, 64, 4096, it.st_size / 2, it.st_size - 4096, it.st_size - 1};
  for (unsigned i = 0; i < sizeof lefts / sizeof *lefts; i++) {
    for (unsigned at = 0; at < most; at++) {
      if (lefts[i] < 0 || lefts[i] >= it.st_size) continue;
      fresh(library);
      when = at;
      left = lefts[i];
      state(&before);
      refused();
      CHECK(!ran); // nothing of it was run
      SAME(&before);
    }
  }
}

static sigjmp_buf caught;
static void on_bus_error(int number) { siglongjmp(caught, number); }

/** The program's own mistakes are told to the program, also behind a load that was ended in the middle of another. */
static void nested(void) {
  refused();
  int file = open("empty", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  volatile char *page = (volatile char *)mmap(0, 4096, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  int number = sigsetjmp(caught, 1);
  if (!number) (void)*page;
  CHECK(number == SIGBUS);
  munmap((void *)page, 4096);
  told(19);
}

int main(void) {
  CHECK(lw_resolvers(LW_PROCESS, resolve, 0, 0) == LW_OK && lw_intercept(LW_PROCESS, intercept, 0) == LW_OK);
  each("big.so");
  each("wide.so");
  how = LW_MAPPED;
  each("tiny.so");

  // What was copied is whole, whatever becomes of its file.
  how = 0;
  const unsigned asks = times("tiny.so");
  left = 0;
  for (when = 0; when < asks; when++) {
    fresh("tiny.so");
    CHECK(lw_close(LOAD("./copy.so", 0)) == LW_OK && ran);
  }
  how = LW_MAPPED;

  // What has nothing to do with it is finalised, behind such a load and in the middle of one.
  const unsigned most = times("tiny.so");
  for (unsigned at = 0; at <= most; at++) {
    fresh("tiny.so");
    lw_module module = LOAD("./ends.so", 0);
    CHECK(!ran);
    ends = at < most ? module : 0;
    when = at < most ? at : 0;
    left = 0;
    refused();
    if (!ends) CHECK(!ran && lw_close(module) == LW_OK);
    CHECK(ran == 18);
    ends = 0;
  }

  // A load in the middle of another one, which goes on.
  struct sigaction action = {.sa_handler = on_bus_error};
  sigaction(SIGBUS, &action, 0);
  how = 0;
  fresh("big.so");
  when = 0;
  left = 64;
  CHECK(lw_close(LOAD("./asks.so", 0)) == LW_OK);
  CHECK(ran == 19);

  times("big.so");
  return verdict();
}
#endif
