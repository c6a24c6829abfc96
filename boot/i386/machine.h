/* Facts about the machine for board.c, start.S and the bare-metal host. */
#pragma once

#define BOARD_MACHINE "i386"
#define BOARD_EM 3 /* e_machine: EM_386 */
#define BOARD_PAGE_BYTES 4096
