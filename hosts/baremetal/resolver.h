/* Resolvers: functions that choose the function a symbol of type STT_GNU_IFUNC stands for. */
#pragma once
#include <stdint.h>

enum { STT_OBJECT = 1, STT_FUNC = 2, STT_TLS = 6, STT_GNU_IFUNC = 10 }; /* gABI 4.3 "Symbol Types" */

/* Calls a resolver with what the machine's ABI tells it of the processor; answers what it chose. */
uintptr_t resolver_call(uintptr_t resolver);
