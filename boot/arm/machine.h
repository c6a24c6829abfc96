/* Facts of the machine that C shares: QEMU `virt`, ARMv7-A. The same numbers stand in machine.json and image.ld. */
#pragma once

#define BOARD_MACHINE "arm"
#define BOARD_EM 40 /* EM_ARM */
#define BOARD_PAGE_BYTES 4096

#define RAM_BASE 0x40000000u
#define RAM_BYTES 0x10000000u /* -m 256M */
#define PAYLOAD_BASE 0x48000000u

/* Thread-local storage lies above the thread pointer, behind two words (ELF Handling for Thread-Local
 * Storage, 3, variant I). The addresses of the blocks, by number, are as far below as there is storage above. */
#define BOARD_TLS_BELOW 0
#define BOARD_TLS_CONTROL_BYTES 8
#define BOARD_TLS_BLOCKS_AT -4096
#define BOARD_TLS_BIAS 0
