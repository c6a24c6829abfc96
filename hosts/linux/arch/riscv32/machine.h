/* What C has to know of the machine. */
#pragma once

#define THREAD_POINTER "mv %0, tp"
#define TLS_BIAS 0x800 /* an offset in DTPOFF counts from so far into a block */
