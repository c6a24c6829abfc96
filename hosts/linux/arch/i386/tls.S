/* Where thread-local variables are. tls_own, which lies at one offset from every thread's thread pointer, begins with the address of
 * the thread's table of blocks; a block that is not in it yet is tls_block()'s to make. */
#include "x86_lazy.inc"

  .text
  .globl lw_tls_dynamic, lw_tls_get_addr, lw_tls_get_addr_gnu
  .hidden lw_tls_dynamic, lw_tls_get_addr, lw_tls_get_addr_gnu, tls_own, tls_block

/* The number of a block becomes its address; 0: there is none. */
  .macro block_address number, scratch
  call 9f
9:
  pop \scratch
  add $_GLOBAL_OFFSET_TABLE_ + (. - 9b), \scratch
  mov tls_own@gotntpoff(\scratch), \scratch
  mov %gs:(\scratch), \scratch
  mov (\scratch,\number,4), \number
  test \number, \number
  .endm

/* void *(const struct { uintptr_t number, offset; } *), and GNU's variant: the argument is in %eax, and %ecx is not lost. */
lw_tls_get_addr:
  mov 4(%esp), %eax
lw_tls_get_addr_gnu:
  push %ecx
  push %eax
  mov (%eax), %eax
  block_address %eax, %edx
  jz 1f
  pop %edx
  add 4(%edx), %eax
  pop %ecx
  ret
1:
  push %ebp
  mov %esp, %ebp
  sub $16, %esp
  and $-16, %esp
  mov 4(%ebp), %edx
  mov (%edx), %edx
  mov %edx, (%esp)
  call tls_block
  mov %ebp, %esp
  pop %ebp
  pop %edx
  add 4(%edx), %eax
  pop %ecx
  ret

/* A descriptor's function (boot/i386/fixed.S). Its argument is number << 16 | offset in the block. */
lw_tls_dynamic:
  push %edx
  push %eax
  mov 4(%eax), %eax
  shr $16, %eax
  block_address %eax, %edx
  jz .Lmake
.Lfound:
  pop %edx
  movzwl 4(%edx), %edx
  add %edx, %eax
  sub %gs:0, %eax
  pop %edx
  ret
.Lmake:
  push %ebx
  mov %esp, %ebx
  push %ecx
  mov 4(%ebx), %ecx
  movzwl 4 + 2(%ecx), %ecx
  vector_bytes %edx
  sub %edx, %esp
  and $-VECTOR_ALIGN, %esp
  save_vectors %esp
  sub $16, %esp
  mov %ecx, (%esp)
  call tls_block
  mov %eax, %ecx
  add $16, %esp
  restore_vectors %esp
  mov %ecx, %eax
  mov -4(%ebx), %ecx
  mov %ebx, %esp
  pop %ebx
  jmp .Lfound

  .section .note.GNU-stack, "", %progbits
