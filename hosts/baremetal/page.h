/* Whole pages. */
#pragma once
#include "machine.h"
#include <stddef.h>
#include <stdint.h>

/* The bytes of the whole pages that hold so many; 0 if there is no such number. */
static inline size_t page_ceil(size_t bytes) {
  return (bytes + BOARD_PAGE_BYTES - 1) & ~(size_t)(BOARD_PAGE_BYTES - 1);
}

static inline uintptr_t page_floor(uintptr_t at) { return at & ~(uintptr_t)(BOARD_PAGE_BYTES - 1); }
