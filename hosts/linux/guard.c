/* A file that gets shorter while it is mapped: whoever reads behind its end gets SIGBUS. During a load a page of zeros takes the place of
 * what is gone, nothing of the file is run, and the load fails.
 *
 * Two system calls a load are a twentieth of what a small library costs. So where nobody handles the signal, this handler stays when it was
 * there once: what is not for it ends the process as it would have without. A handler of the program's gets its place back after each load. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include "host.h"

static struct sigaction before;
static unsigned depth; /* of loads, one inside the other */
static bool stays;
static volatile sig_atomic_t has_hit;
static _Thread_local volatile sig_atomic_t is_guarded __attribute__((tls_model("initial-exec")));

/* Not ours: whoever is to be told is told when the access is made again. */
static void pass_on(void) {
  sigaction(SIGBUS, &before, NULL);
  stays = false;
}

static void on_bus_error(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  int error = errno;
  uint64_t page = page_down(addr_of(info->si_addr));
  if (!is_guarded || info->si_code != BUS_ADRERR
      || mmap(at(page), page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) pass_on();
  else has_hit = 1;
  errno = error;
}

void guard_begin(struct guard *outer) {
  *outer = (struct guard){is_guarded, has_hit};
  if (depth++ == 0 && !stays) {
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
    sigaction(SIGBUS, &action, &before);
    stays = !(before.sa_flags & SA_SIGINFO) && before.sa_handler == SIG_DFL;
  }
  has_hit = 0;
  is_guarded = 1;
}

bool guard_end(const struct guard *outer) {
  bool is_whole = !has_hit;
  if (--depth == 0 && !stays) sigaction(SIGBUS, &before, NULL);
  is_guarded = outer->is_guarded;
  has_hit = outer->has_hit;
  return is_whole;
}

bool guard_pause(void) {
  bool was_guarded = is_guarded;
  is_guarded = 0;
  return was_guarded;
}

void guard_resume(bool was_guarded) { is_guarded = was_guarded; }

void guard_report(void) { has_hit = depth > 0; }

bool guard_has_hit(void) { return has_hit; }
