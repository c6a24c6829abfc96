/* Where a PLT goes for a function that is not bound yet: keeps whatever may be an argument, and jumps to the function. */
#include "x86_lazy.inc"

/* On the stack: the link word of the GOT, the index of the slot, the return address (psABI "Procedure Linkage Table"). */
  .text
  .code64
  .globl lazy_entry
  .hidden lazy_entry
lazy_entry:
  push %rbx
  mov %rsp, %rbx
  push %rax /* of a variadic call: how many vectors are arguments */
  push %rcx
  push %rdx
  push %rsi
  push %rdi
  push %r8
  push %r9
  push %r10 /* the static chain */
  push %r11
  vector_bytes %rdx
  sub %rdx, %rsp
  and $-VECTOR_ALIGN, %rsp
  save_vectors %rsp
  mov 8(%rbx), %rdi
  mov 16(%rbx), %rsi
  mov 24(%rbx), %rdx
  call lazy_bind
  mov %rax, 16(%rbx)
  restore_vectors %rsp
  lea -9 * 8(%rbx), %rsp
  pop %r11
  pop %r10
  pop %r9
  pop %r8
  pop %rdi
  pop %rsi
  pop %rdx
  pop %rcx
  pop %rax
  pop %rbx
  lea 8(%rsp), %rsp /* the link word goes, the function's address is next */
  ret

  .section .note.GNU-stack, "", %progbits
