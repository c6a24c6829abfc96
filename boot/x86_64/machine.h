/* Facts about the machine for board.c, start.S and the bare-metal host. */
#pragma once

#define BOARD_MACHINE "x86_64"
#define BOARD_EM 62 /* e_machine: EM_X86_64 */
#define BOARD_PAGE_BYTES 4096
