/* RISC-V, 64 bit, on QEMU's "virt": the entry and the trap vectors are those of both widths. */
#include "../common/riscv_start.inc"
