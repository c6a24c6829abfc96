/* Where a PLT goes for a function that is not bound yet: keeps whatever may be an argument, and jumps to the function. */
#include "x86_lazy.inc"

#define REL_BYTES_LOG2 3

/* On the stack: the link word of the GOT, the offset of the relocation in DT_JMPREL, the return address (psABI "Procedure
 * Linkage Table"). The registers are arguments of fastcall, regparm and nested functions. */
  .text
  .code32
  .globl lazy_entry
  .hidden lazy_entry
lazy_entry:
  push %ebx
  mov %esp, %ebx
  push %eax
  push %ecx
  push %edx
  vector_bytes %edx
  sub %edx, %esp
  and $-VECTOR_ALIGN, %esp
  save_vectors %esp
  mov 8(%ebx), %eax
  shr $REL_BYTES_LOG2, %eax
  sub $4, %esp /* with three arguments, the alignment of a call */
  push 12(%ebx)
  push %eax
  push 4(%ebx)
  call lazy_bind
  add $16, %esp
  mov %eax, 8(%ebx)
  restore_vectors %esp
  lea -3 * 4(%ebx), %esp
  pop %edx
  pop %ecx
  pop %eax
  pop %ebx
  lea 4(%esp), %esp /* the link word goes, the function's address is next */
  ret

  .section .note.GNU-stack, "", %progbits
