/* What C has to know of the machine. */
#pragma once

#define THREAD_POINTER "move %0, $tp"
#define TLS_BIAS 0 /* an offset in DTPOFF counts from so far into a block */
