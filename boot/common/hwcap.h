#pragma once
#include <stdint.h>

/* What the processor can do and may do here, in the words of Linux's auxiliary vector. */
struct hwcap {
  uint64_t first, second; /* AT_HWCAP, AT_HWCAP2 */
};
struct hwcap board_hwcap(void);
