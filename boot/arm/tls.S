/* Where thread-local variables are. A descriptor's function is told its address in r0 and answers there; r1 and the flags
 * are its own, here only the flags ("Thread-Local Storage Descriptors for the ARM platform"). Its argument is the first of the
 * descriptor's words. */
#include "machine.h"

  .syntax unified
  .arch armv7-a
  .arm
  .text
  .globl lw_tls_dynamic, __tls_get_addr, __aeabi_read_tp
  .type lw_tls_dynamic, %function
  .type __tls_get_addr, %function
  .type __aeabi_read_tp, %function

  .macro thread_pointer register
  mrc p15, 0, \register, c13, c0, 3
  .endm

/* r2 = address of block r1 of the thread r0. */
  .macro block_address
  add r2, r0, r1, lsl #2
  sub r2, r2, #-BOARD_TLS_BLOCKS_AT
  ldr r2, [r2]
  .endm

/* The argument is number << 16 | offset in the block. */
lw_tls_dynamic:
  push {r1-r3}
  ldr r3, [r0]
  lsr r1, r3, #16
  thread_pointer r0
  block_address
  sub r0, r2, r0
  uxtah r0, r0, r3
  pop {r1-r3}
  bx lr

/* void *__tls_get_addr(const struct { uintptr_t number, offset; } *) */
__tls_get_addr:
  ldrd r2, r3, [r0]
  mov r1, r2
  thread_pointer r0
  block_address
  add r0, r2, r3
  bx lr

/* Keeps all registers but r0 (IHI 0043 "Helper functions", thread pointer). */
__aeabi_read_tp:
  thread_pointer r0
  bx lr
