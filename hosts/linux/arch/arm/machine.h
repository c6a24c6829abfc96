/* What C has to know of the machine. */
#pragma once

#define THREAD_POINTER "mrc p15, 0, %0, c13, c0, 3"
#define TLS_BIAS 0 /* an offset in DTPOFF counts from so far into a block */
