/* RISC-V, 32 bit, on QEMU's "virt". Both widths are one program; machine.h says what differs: the paging mode,
 * Sv32 here, with big pages of 4 MiB. */
#include "../common/riscv_board.inc"
