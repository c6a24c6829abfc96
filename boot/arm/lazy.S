/* Where a PLT goes for a function that is not bound yet: keeps whatever may be an argument, and jumps to the function.
 *
 * On the stack: lr; ip = the address of the slot; lr = the address of the GOT's third word, which leads here; the link word is
 * the one before it. */

  .syntax unified
  .arch armv7-a
  .fpu neon-vfpv4
  .arm
  .text
  .globl lazy_entry
  .hidden lazy_entry
  .type lazy_entry, %function
lazy_entry:
  push {r0-r4} /* r4: so that the stack is aligned, with the word that was pushed */
  ldr r2, [sp, #20]
  vpush {d0-d7}
  ldr r0, [lr, #-4]
  sub r1, ip, lr
  lsr r1, r1, #2
  sub r1, r1, #1
  bl lazy_bind
  mov ip, r0
  vpop {d0-d7}
  pop {r0-r4, lr}
  bx ip

  .section .note.GNU-stack, "", %progbits
