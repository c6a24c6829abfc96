// Who reaches a variable by a descriptor keeps its floats, also where the first touch makes the block, by functions that use some themselves.
// lib: kept.so -nostdlib -mtls-dialect=gnu2
// main: -DMAIN
#ifndef MAIN
__thread char room[8192]; // more than has a fixed place
__thread int value = 3;
double hold(double a, double b, double c, double d) { return a + 10 * b + 100 * c + 1000 * d + value++; }
int used(void) { return room[0] + value; }
#else
#include "threads.h"
#include <sys/syscall.h>

/* As any function may. */
static void lose_floats(void) {
#if defined __x86_64__ || defined __i386__
  __asm__ volatile("pxor %%xmm0, %%xmm0\n pxor %%xmm1, %%xmm1\n pxor %%xmm2, %%xmm2\n pxor %%xmm3, %%xmm3" : : : "xmm0", "xmm1", "xmm2", "xmm3");
#elif defined __aarch64__
  __asm__ volatile("movi v0.2d, #0\n movi v1.2d, #0\n movi v2.2d, #0\n movi v3.2d, #0\n movi v16.2d, #0" : : : "v0", "v1", "v2", "v3", "v16");
#elif defined __riscv
  __asm__ volatile(".irp number, 0, 1, 2, 3, 4, 5, 6, 7\n fcvt.d.w fa\\number, zero\n fcvt.d.w ft\\number, zero\n .endr"
                   : : : "fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6", "fa7", "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7");
#elif defined __loongarch__
  __asm__ volatile("movgr2fr.d $fa0, $zero\n movgr2fr.d $fa1, $zero\n movgr2fr.d $fa2, $zero\n movgr2fr.d $fa3, $zero\n movgr2fr.d $ft0, $zero" : : : "$f0", "$f1", "$f2", "$f3", "$f8");
#endif
}

/* In front of libc's: a block is made with signals held. */
int pthread_sigmask(int how, const sigset_t *set, sigset_t *before) {
  lose_floats();
  return syscall(SYS_rt_sigprocmask, how, set, before, 8L) ? errno : 0;
}

static double (*hold)(double, double, double, double);

static void *runs(void *data) {
  CHECK(hold(1, 2, 3, 4) == 4324 && hold(5, 6, 7, 8) == 8769);
  return data;
}

int main(void) {
  lw_module kept = LOAD("./kept.so", 0);
  hold = SYMBOL_OF(double (*)(double, double, double, double), kept, "hold");
  pthread_t thread;
  runs(0);
  CHECK(!pthread_create(&thread, 0, runs, 0) && !pthread_join(thread, 0));
  CHECK(SYMBOL_OF(int (*)(void), kept, "used")() == 5 && lw_close(kept) == LW_OK);
  return verdict();
}
#endif
