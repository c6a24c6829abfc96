/* A file that gets shorter while it is mapped: whoever reads behind its end gets SIGBUS. During a load a page of zeros takes the place of
 * what is gone, nothing of the file is run, and the load fails. The end of a file's last page are zeros that nobody is told of: so each file is
 * asked for its size when it is in memory for good and nothing of it has run.
 *
 * Two system calls a load are a twentieth of what a small library costs. So where nobody handles the signal, this handler stays when it was
 * there once: what is not for it ends the process as it would have without. A handler of the program's gets its place back after each load. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "host.h"

static struct sigaction before;
static unsigned depth; /* of loads, one inside the other */
static bool stays;
/* What was initialised before a file was found to be shorter is finalised all the same. */
enum { WHOLE, HIT, HIT_AND_ENDING };
static volatile sig_atomic_t has_hit;
static struct file *watched; /* files of this load that were not asked yet */
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
  else if (!has_hit) has_hit = HIT;
  errno = error;
}

void guard_begin(struct guard *outer) {
  *outer = (struct guard){is_guarded, has_hit, watched};
  if (depth++ == 0 && !stays) {
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
    sigaction(SIGBUS, &action, &before);
    stays = !(before.sa_flags & SA_SIGINFO) && before.sa_handler == SIG_DFL;
  }
  has_hit = WHOLE;
  watched = NULL;
  is_guarded = 1;
}

void guard_watch(struct file *file) {
  if (file->is_watched || depth == 0) return;
  file->is_watched = true;
  file->watched_next = watched;
  watched = file;
}

static bool is_shorter(struct file *file) {
  struct stat now;
  return file_number(file) >= 0 && fstat(file->number, &now) == 0 && (uint64_t)now.st_size < file->bytes;
}

bool guard_ask(void) {
  while (watched) {
    struct file *file = watched;
    watched = file->watched_next;
    file->is_watched = false;
    if (is_shorter(file) && !has_hit) has_hit = HIT;
    file_close(file);
    file_settle(file);
  }
  return !has_hit;
}

bool guard_end(const struct guard *outer) {
  bool is_whole = guard_ask();
  watched = outer->watched;
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

bool guard_has_hit(void) { return has_hit == HIT; }

void guard_ending(void) {
  if (has_hit) has_hit = HIT_AND_ENDING;
}
