/* Puts a file's segments in place, by the core. */
#pragma once
#include "find.h"

/* What came of it. */
struct placed {
  uintptr_t bias, entry, headers;
  unsigned header_count;
  /* The name of its interpreter, zero byte included: where in the file, and how long; 0 bytes if it names none. */
  uint64_t interpreter, interpreter_bytes;
};

/* Or else tells why not, and ends the loader. */
struct placed place_file(const struct file *file, uintptr_t page_bytes);
