/* See hosts/linux/arch/riscv.inc. */
#include "../riscv.inc"
