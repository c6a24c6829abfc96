/* Descriptors of variables whose place is the same in every thread, or nowhere. Their functions are told the descriptor's address in
 * x0 and answer there; they keep all other registers (AAELF64 "Thread Local Storage"). */

  .text
  .globl lw_tls_static, lw_tls_absent
  .hidden lw_tls_static, lw_tls_absent

/* The argument is the offset from the thread pointer. */
lw_tls_static:
  ldr x0, [x0, #8]
  ret

/* The argument is the address. */
lw_tls_absent:
  str x1, [sp, #-16]!
  ldr x0, [x0, #8]
  mrs x1, tpidr_el0
  sub x0, x0, x1
  ldr x1, [sp], #16
  ret

  .section .note.GNU-stack, "", %progbits
