// A signal's handler looks symbols up, whatever it interrupts: loads and unloads of its own thread too.
// lib: one.so -DONE
// lib: two.so -DTWO
#include "case.h"
#include <sys/time.h>
#if defined ONE
EXPORT int one(void) { return 1; }
#elif defined TWO
EXPORT int two(void) { return 2; }
#else
static lw_module one;
static volatile int seen, missed;

static void look(int number) {
  (void)number;
  if (lw_symbol(one, "one")) ++seen;
  else ++missed;
}

int main(void) {
  one = LOAD("./one.so", 0);
  struct sigaction action = {.sa_handler = look, .sa_flags = SA_RESTART};
  struct itimerval often = {{0, 211}, {0, 211}}, never = {{0, 0}, {0, 0}};
  CHECK(!sigaction(SIGALRM, &action, 0) && !setitimer(ITIMER_REAL, &often, 0));
  for (int i = 0; (i < 4000 || seen < 500) && !failures; i++) {
    lw_module two = LOAD("./two.so", i % 2 ? LW_GLOBAL : 0);
    CHECK(lw_close(two) == LW_OK);
  }
  setitimer(ITIMER_REAL, &never, 0);
  CHECK(!missed);
  sigset_t blocked;
  CHECK(!sigprocmask(SIG_BLOCK, 0, &blocked) && !sigismember(&blocked, SIGALRM) && !sigismember(&blocked, SIGUSR1));
  CHECK(lw_close(one) == LW_OK);
  return verdict();
}
#endif
