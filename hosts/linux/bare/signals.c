/* Signals: the kernel's own records of them. sigaction(2), sigprocmask(2) */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include "bare.h"

enum { KERNEL_BYTES = 8 }; /* of a set of signals */

#if defined __x86_64__ || defined __i386__
/* Where a handler returns to: the kernel leaves that to libc. */
#define HAS_RESTORER 1
#define RESTORER 0x04000000ul
__attribute__((naked)) static void restore(void) {
#ifdef __x86_64__
  __asm__("mov %0, %%eax\n syscall" : : "i"(SYS_rt_sigreturn));
#else
  __asm__("mov %0, %%eax\n int $0x80" : : "i"(SYS_rt_sigreturn));
#endif
}
#elif defined __aarch64__ || defined __arm__
#define HAS_RESTORER 1
#define RESTORER 0ul
#define restore NULL
#endif

struct kernel_action {
  void (*handler)(int);
  unsigned long flags;
#ifdef HAS_RESTORER
  void (*restorer)(void);
#endif
  unsigned char mask[KERNEL_BYTES];
};

int sigaction(int number, const struct sigaction *restrict wanted, struct sigaction *restrict before) {
  struct kernel_action action = {0}, was;
  if (wanted) {
    action.handler = wanted->sa_handler;
    action.flags = (unsigned long)wanted->sa_flags;
#ifdef HAS_RESTORER
    action.flags |= RESTORER;
    action.restorer = restore;
#endif
    memcpy(action.mask, &wanted->sa_mask, KERNEL_BYTES);
  }
  if (CALL(SYS_rt_sigaction, number, wanted ? &action : NULL, &was, KERNEL_BYTES, 0, 0) != 0) return -1;
  if (before) {
    memset(before, 0, sizeof *before);
    before->sa_handler = was.handler;
    before->sa_flags = (int)was.flags;
    memcpy(&before->sa_mask, was.mask, KERNEL_BYTES);
  }
  return 0;
}

int sigfillset(sigset_t *set) { return memset(set, 0xff, sizeof *set), 0; }

int sigdelset(sigset_t *set, int number) {
  enum { WORD_BITS = sizeof(unsigned long) * 8 };
  ((unsigned long *)set)[(number - 1) / WORD_BITS] &= ~(1ul << (number - 1) % WORD_BITS);
  return 0;
}

int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict before) {
  return CALL(SYS_rt_sigprocmask, how, set, before, KERNEL_BYTES, 0, 0) == 0 ? 0 : errno;
}
