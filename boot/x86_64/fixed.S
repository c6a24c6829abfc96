/* Descriptors of variables whose place is the same in every thread, or nowhere. Their functions are told the descriptor's address in
 * %rax and answer there; they keep all other registers (psABI "Thread-Local Storage", TLSDESC), and want nothing of the stack but room. */

  .text
  .globl lw_tls_static, lw_tls_absent
  .hidden lw_tls_static, lw_tls_absent

/* The argument is the offset from the thread pointer. */
lw_tls_static:
  mov 8(%rax), %rax
  ret

/* The argument is the address. */
lw_tls_absent:
  mov 8(%rax), %rax
  sub %fs:0, %rax
  ret

  .section .note.GNU-stack, "", %progbits
