/* LoongArch, 64 bit, on QEMU's "virt": what the boot code and the bare-metal host both need to know.
 * Addresses are those of machine.json and image.ld; QEMU's memory map is in its hw/loongarch/virt.c. */
#pragma once

#define BOARD_MACHINE "loongarch64"
#define BOARD_EM 258 /* EM_LOONGARCH */

/* QEMU 7.2 translates in units of 16 KiB: smaller pages would share the frame and the permissions of whichever of
 * them is touched first. It is also the page of Linux on this architecture; linkers align segments to 64 KiB. */
#define BOARD_PAGE_BYTES 16384

/* RAM below 64 MiB is not used: its addresses are those of MODULE_LOW..MODULE_HIGH. With -m 1G, the 256 MiB at 0 are
 * the low part of RAM; the rest lies above the devices. */
#define BOARD_RAM_LOW 0x4000000u
#define BOARD_RAM_HIGH 0x10000000u
#define BOARD_PAYLOAD 0x8000000u

/* Thread-local storage lies above the thread pointer (ELF Handling for Thread-Local
 * Storage, 3, variant I). The addresses of the blocks, by number, are as far below as there is storage above. */
#define BOARD_TLS_BELOW 0
#define BOARD_TLS_CONTROL_BYTES 0
#define BOARD_TLS_BLOCKS_AT -4096
#define BOARD_TLS_BIAS 0
