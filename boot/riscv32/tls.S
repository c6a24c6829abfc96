/* See boot/common/riscv_tls.inc. */
#include "riscv_tls.inc"
