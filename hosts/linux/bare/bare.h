/* What stands in for libc where there is none (LW_SYSCALLS): as much of it as this host calls, over the kernel. */
#pragma once
#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include "call.h"

/* -1 with errno for what the kernel refuses, as libc has it. */
static inline long told(long answer) {
  if (!system_failed(answer)) return answer;
  errno = (int)-answer;
  return -1;
}

#define CALL(number, a, b, c, d, e, f) told(system_call6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)))
#define CALL3(number, a, b, c) told(system_call(number, (long)(a), (long)(b), (long)(c)))

/* This thread ends: what keys hold is. */
void keys_end(void);
