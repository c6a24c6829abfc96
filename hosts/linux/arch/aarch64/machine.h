/* What C has to know of the machine. */
#pragma once

#define THREAD_POINTER "mrs %0, tpidr_el0"
#define TLS_BIAS 0 /* an offset in DTPOFF counts from so far into a block */
