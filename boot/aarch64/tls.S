/* Where thread-local variables are. A descriptor's function is told its address in x0 and answers there; it keeps all
 * other registers (AAELF64 "Thread Local Storage"). */
#include "machine.h"

  .text
  .globl lw_tls_dynamic, __tls_get_addr

/* x2 = address of block x1 of the thread x0. */
  .macro block_address
  add x2, x0, x1, lsl #3
  sub x2, x2, #-BOARD_TLS_BLOCKS_AT
  ldr x2, [x2]
  .endm

/* The argument is number << 32 | offset in the block. */
lw_tls_dynamic:
  stp x1, x2, [sp, #-32]!
  str x3, [sp, #16]
  ldr x3, [x0, #8]
  lsr x1, x3, #32
  mrs x0, tpidr_el0
  block_address
  sub x0, x2, x0
  add x0, x0, w3, uxtw
  ldr x3, [sp, #16]
  ldp x1, x2, [sp], #32
  ret

/* void *__tls_get_addr(const struct { uintptr_t number, offset; } *) */
__tls_get_addr:
  ldp x1, x3, [x0]
  mrs x0, tpidr_el0
  block_address
  add x0, x2, x3
  ret
