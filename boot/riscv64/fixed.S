/* See boot/common/riscv_fixed.inc. */
#include "riscv_fixed.inc"
