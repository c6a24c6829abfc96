/* What a module's memory holds, in a few bytes: hosts are compared by it. */
#pragma once
#include <stdint.h>

/* Reports the hash of each segment of a module. */
void report_hash(const char *file, uint32_t module);
