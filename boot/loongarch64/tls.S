/* Where thread-local variables are. A descriptor's function is told its address in $a0 and answers there; it keeps all
 * other registers (ELF psABI for LoongArch, "TLS descriptors"). */
#include "machine.h"

  .text
  .globl lw_tls_dynamic, __tls_get_addr

/* The number of a block becomes its address. */
  .macro block_address register
  slli.d \register, \register, 3
  add.d \register, \register, $tp
  addi.d \register, \register, BOARD_TLS_BLOCKS_AT / 2
  ld.d \register, \register, BOARD_TLS_BLOCKS_AT / 2
  .endm

/* The argument is number << 32 | offset in the block. */
lw_tls_dynamic:
  addi.d $sp, $sp, -16
  st.d $t0, $sp, 0
  ld.d $a0, $a0, 8
  srli.d $t0, $a0, 32
  block_address $t0
  bstrpick.d $a0, $a0, 31, 0
  add.d $a0, $a0, $t0
  sub.d $a0, $a0, $tp
  ld.d $t0, $sp, 0
  addi.d $sp, $sp, 16
  ret

/* void *__tls_get_addr(const struct { uintptr_t number, offset; } *) */
__tls_get_addr:
  ld.d $t0, $a0, 0
  ld.d $a0, $a0, 8
  block_address $t0
  add.d $a0, $a0, $t0
  ret
