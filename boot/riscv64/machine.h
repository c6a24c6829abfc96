/* RISC-V, 64 bit, on QEMU's "virt": what the boot code and the bare-metal host both need to know.
 * Addresses are those of machine.json and image.ld; QEMU's memory map is in its hw/riscv/virt.c. */
#pragma once

#define BOARD_MACHINE "riscv64"
#define BOARD_EM 243 /* EM_RISCV */
#define BOARD_PAGE_BYTES 4096

#define BOARD_RAM_LOW 0x80000000u
#define BOARD_RAM_HIGH 0x90000000u /* -m 256M */
#define BOARD_PAYLOAD 0x88000000u

/* The paging mode, RISC-V privileged architecture 1.12, 4.1.11 "Supervisor Address Translation and Protection". */
#define BOARD_PAGING_LEVELS 3
#define BOARD_SATP_MODE ((uintptr_t)8 << 60) /* 8: Sv39 */

/* Thread-local storage lies above the thread pointer (ELF Handling for Thread-Local
 * Storage, 3, variant I). The addresses of the blocks, by number, are as far below as there is storage above. */
#define BOARD_TLS_BELOW 0
#define BOARD_TLS_CONTROL_BYTES 0
#define BOARD_TLS_BLOCKS_AT -4096

/* psABI "Dynamic Thread-Local Storage": an offset counts from this far into a block. */
#define BOARD_TLS_BIAS 0x800
