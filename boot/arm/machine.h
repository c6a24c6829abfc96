/* Facts of the machine that C shares: QEMU `virt`, ARMv7-A. The same numbers stand in machine.json and image.ld. */
#pragma once

#define BOARD_MACHINE "arm"
#define BOARD_EM 40 /* EM_ARM */
#define BOARD_PAGE_BYTES 4096

#define RAM_BASE 0x40000000u
#define RAM_BYTES 0x10000000u /* -m 256M */
#define PAYLOAD_BASE 0x48000000u
