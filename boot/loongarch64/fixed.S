/* Descriptors of variables whose place is the same in every thread, or nowhere. Their functions are told the descriptor's address in
 * $a0 and answer there; they keep all other registers (ELF psABI for LoongArch, "TLS descriptors"). */

  .text
  .globl lw_tls_static, lw_tls_absent
  .hidden lw_tls_static, lw_tls_absent

/* The argument is the offset from the thread pointer. */
lw_tls_static:
  ld.d $a0, $a0, 8
  ret

/* The argument is the address. */
lw_tls_absent:
  ld.d $a0, $a0, 8
  sub.d $a0, $a0, $tp
  ret

  .section .note.GNU-stack, "", %progbits
