/* Descriptors of variables whose place is the same in every thread, or nowhere. Their functions are told the descriptor's address in
 * r0 and answer there; r1 and the flags are their own, here only the flags ("Thread-Local Storage Descriptors for the ARM platform").
 * Their argument is the first of the descriptor's words. */

  .syntax unified
  .arch armv7-a
  .arm
  .text
  .globl lw_tls_static, lw_tls_absent
  .hidden lw_tls_static, lw_tls_absent
  .type lw_tls_static, %function
  .type lw_tls_absent, %function

  .macro thread_pointer register
  mrc p15, 0, \register, c13, c0, 3
  .endm

/* The argument is the offset from the thread pointer. */
lw_tls_static:
  ldr r0, [r0]
  bx lr

/* The argument is the address. */
lw_tls_absent:
  push {r1}
  ldr r0, [r0]
  thread_pointer r1
  sub r0, r0, r1
  pop {r1}
  bx lr

  .section .note.GNU-stack, "", %progbits
