/* What a resolver is told differs from machine to machine: glibc, sysdeps/<machine>/dl-irel.h. */
#include "resolver.h"
#include "hwcap.h"
#include <stddef.h>

#if defined __x86_64__ || defined __i386__

/* Nothing: they ask CPUID. */
uintptr_t resolver_call(uintptr_t resolver) { return ((uintptr_t(*)(void))resolver)(); }

#elif defined __aarch64__

/* System V ABI for AArch64 "GNU C Library IFUNC interface": this bit says that there is a second argument. */
#define IFUNC_ARG_HWCAP (UINT64_C(1) << 62)

uintptr_t resolver_call(uintptr_t resolver) {
  struct hwcap can = board_hwcap();
  struct {
    uint64_t bytes, hwcap, hwcap2;
  } argument = {sizeof argument, can.first, can.second};
  return ((uintptr_t(*)(uint64_t, const void *))resolver)(can.first | IFUNC_ARG_HWCAP, &argument);
}

#elif defined __arm__

uintptr_t resolver_call(uintptr_t resolver) { return ((uintptr_t(*)(uintptr_t))resolver)((uintptr_t)board_hwcap().first); }

#elif defined __riscv

/* RISC-V C API "Function Multi-version": a null pointer where there is no __riscv_hwprobe, which asks the kernel; a third argument
 * is kept for later. */
uintptr_t resolver_call(uintptr_t resolver) {
  return ((uintptr_t(*)(uint64_t, void *, void *))resolver)(board_hwcap().first, NULL, NULL);
}

#elif defined __loongarch__

uintptr_t resolver_call(uintptr_t resolver) {
  struct {
    uintptr_t bytes, hwcap;
  } argument = {sizeof argument, (uintptr_t)board_hwcap().first};
  return ((uintptr_t(*)(const void *))resolver)(&argument);
}

#endif
