/* Where a PLT goes for a function that is not bound yet: keeps whatever may be an argument, and jumps to the function.
 *
 * On the stack: the address of the slot, and x30; x16 = the address of the GOT's third word, which leads here; the link word
 * is the one before it (AAELF64 "Procedure Linkage Table", and what linkers make of it). Functions whose arguments are SVE
 * vectors are marked, and bound at load. */

  .text
  .globl lazy_entry
  .hidden lazy_entry
lazy_entry:
  stp x29, x30, [sp, #-224]!
  mov x29, sp
  stp x0, x1, [sp, #16]
  stp x2, x3, [sp, #32]
  stp x4, x5, [sp, #48]
  stp x6, x7, [sp, #64]
  stp x8, x18, [sp, #80] /* where a large result goes */
  stp q0, q1, [sp, #96]
  stp q2, q3, [sp, #128]
  stp q4, q5, [sp, #160]
  stp q6, q7, [sp, #192]
  ldr x0, [x16, #-8]
  ldr x1, [sp, #224]
  sub x1, x1, x16
  lsr x1, x1, #3
  sub x1, x1, #1
  mov x2, x30
  bl lazy_bind
  mov x16, x0
  ldp q6, q7, [sp, #192]
  ldp q4, q5, [sp, #160]
  ldp q2, q3, [sp, #128]
  ldp q0, q1, [sp, #96]
  ldp x8, x18, [sp, #80]
  ldp x6, x7, [sp, #64]
  ldp x4, x5, [sp, #48]
  ldp x2, x3, [sp, #32]
  ldp x0, x1, [sp, #16]
  ldp x29, x30, [sp], #224
  ldp x17, x30, [sp], #16
  br x16

  .section .note.GNU-stack, "", %progbits
