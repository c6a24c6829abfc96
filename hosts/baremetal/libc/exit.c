/* The ends of things: functions that run when a module is finalised, and modules that end the program. */
#include "../host.h"
#include "libc.h"

/* The functions that are registered, the last one first. */
struct registered {
  struct registered *next;
  void (*function)(void *);
  void *argument, *dso;
};
static struct registered *list;

int __cxa_atexit(void (*function)(void *), void *argument, void *dso) {
  struct registered *entry = malloc(sizeof *entry);
  if (!entry) return -1;
  *entry = (struct registered){.next = list, .function = function, .argument = argument, .dso = dso};
  list = entry;
  return 0;
}

/* An argument that is not used costs nothing on any of the machines. */
int atexit(void (*function)(void)) { return __cxa_atexit((void (*)(void *))(uintptr_t)function, NULL, NULL); }

/* Runs what a module registered, or everything for NULL. A function may register others: begin again after each. */
void __cxa_finalize(void *dso) {
  for (struct registered **at = &list; *at;) {
    struct registered *entry = *at;
    if (dso && entry->dso != dso) {
      at = &entry->next;
      continue;
    }
    *at = entry->next;
    struct registered run = *entry;
    free(entry);
    run.function(run.argument);
    at = &list;
  }
}

void forget_exit_functions(uintptr_t start, size_t bytes) {
  for (struct registered **at = &list; *at;) {
    struct registered *entry = *at;
    if ((uintptr_t)entry->function - start >= bytes) {
      at = &entry->next;
      continue;
    }
    *at = entry->next;
    free(entry);
  }
}

_Noreturn void abort(void) { fail_at("abort", (uintptr_t)__builtin_return_address(0)); }

/* There is nothing to return the status to but whoever reads the serial line. */
_Noreturn static void leave(const char *what, int status, uintptr_t pc) {
  static char cause[32];
  snprintf(cause, sizeof cause, "%s(%d)", what, status);
  fail_at(cause, pc);
}

_Noreturn void exit(int status) {
  thread_end();
  __cxa_finalize(NULL);
  leave("exit", status, (uintptr_t)__builtin_return_address(0));
}

_Noreturn void _exit(int status) { leave("_exit", status, (uintptr_t)__builtin_return_address(0)); }

int raise(int signal) { leave("raise", signal, (uintptr_t)__builtin_return_address(0)); }

_Noreturn void __assert_fail(const char *assertion, const char *file, unsigned line, const char *function) {
  printf("%s:%u: %s: assertion failed: %s\n", file, line, function ? function : "?", assertion);
  fail_at("assertion failed", (uintptr_t)__builtin_return_address(0));
}
