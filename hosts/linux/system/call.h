/* How this machine makes a system call. Only here it is asked which machine this is. */
#pragma once

#if defined __x86_64__
#include "x86_64.h"
#elif defined __i386__
#include "i386.h"
#elif defined __aarch64__
#include "aarch64.h"
#elif defined __arm__
#include "arm.h"
#elif defined __riscv
#include "riscv.h"
#elif defined __loongarch__
#include "loongarch64.h"
#endif

/* Whether an answer is a negated errno. */
static inline int system_failed(long answer) { return (unsigned long)answer > -4096ul; }
