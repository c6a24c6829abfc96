/* Descriptors of variables whose place is the same in every thread, or nowhere. Their functions are told the descriptor's address in
 * %eax and answer there; they keep all other registers ("Thread-Local Storage Descriptors for IA32 and AMD64/EM64T"). */

  .text
  .globl lw_tls_static, lw_tls_absent
  .hidden lw_tls_static, lw_tls_absent

/* The argument is the offset from the thread pointer. */
lw_tls_static:
  mov 4(%eax), %eax
  ret

/* The argument is the address. */
lw_tls_absent:
  mov 4(%eax), %eax
  sub %gs:0, %eax
  ret

  .section .note.GNU-stack, "", %progbits
