/* RISC-V, 64 bit, on QEMU's "virt". Both widths are one program; machine.h says what differs: the paging mode,
 * Sv39 here, with big pages of 2 MiB. */
#include "../common/riscv_board.inc"
