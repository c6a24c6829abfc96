/* Facts about the machine for board.c, start.S and the bare-metal host. */
#pragma once

#define BOARD_MACHINE "i386"
#define BOARD_EM 3 /* e_machine: EM_386 */
#define BOARD_PAGE_BYTES 4096

/* Thread-local storage lies below the thread pointer, which points to its own address (ELF Handling for Thread-Local
 * Storage, 3, variant II). Behind the words that the psABI names are the addresses of the blocks, by number. */
#define BOARD_TLS_BELOW 1
#define BOARD_TLS_CONTROL_BYTES 0
#define BOARD_TLS_BLOCKS_AT 128
#define BOARD_TLS_BIAS 0
