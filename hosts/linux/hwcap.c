/* What the kernel says of the processor. */
#define _GNU_SOURCE
#include "hwcap.h"
#include <sys/auxv.h>

struct hwcap board_hwcap(void) { return (struct hwcap){getauxval(AT_HWCAP), getauxval(AT_HWCAP2)}; }
