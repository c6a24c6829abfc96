/* See boot/common/riscv_lazy.inc. */
#include "riscv_lazy.inc"
