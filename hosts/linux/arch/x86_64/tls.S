/* Where thread-local variables are. tls_own, which lies at one offset from every thread's thread pointer, begins with the address of
 * the thread's table of blocks; a block that is not in it yet is tls_block()'s to make. */
#include "x86_lazy.inc"

  .text
  .globl lw_tls_dynamic, lw_tls_get_addr
  .hidden lw_tls_dynamic, lw_tls_get_addr, tls_own, tls_block

/* The number of a block becomes its address, in %rax; 0: there is none. */
  .macro block_address number
  mov tls_own@gottpoff(%rip), %rax
  mov %fs:(%rax), %rax
  mov (%rax,\number,8), %rax
  test %rax, %rax
  .endm

/* void *(const struct { uintptr_t number, offset; } *). Some callers do not align the stack. */
lw_tls_get_addr:
  mov (%rdi), %rcx
  block_address %rcx
  jz 1f
  add 8(%rdi), %rax
  ret
1:
  push %rbp
  mov %rsp, %rbp
  push %rdi
  and $-16, %rsp
  mov %rcx, %rdi
  call tls_block
  mov -8(%rbp), %rdi
  add 8(%rdi), %rax
  leave
  ret

/* A descriptor's function (boot/x86_64/fixed.S). Its argument is number << 32 | offset in the block. */
lw_tls_dynamic:
  push %rcx
  push %rdx
  mov 8(%rax), %rdx
  mov %rdx, %rcx
  mov %edx, %edx
  shr $32, %rcx
  block_address %rcx
  jz .Lmake
.Lfound:
  add %rdx, %rax
  sub %fs:0, %rax
  pop %rdx
  pop %rcx
  ret
.Lmake:
  push %rbx
  mov %rsp, %rbx
  push %rdx
  push %rsi
  push %rdi
  push %r8
  push %r9
  push %r10
  push %r11
  mov %rcx, %rdi
  vector_bytes %rdx
  sub %rdx, %rsp
  and $-VECTOR_ALIGN, %rsp
  save_vectors %rsp
  call tls_block
  mov %rax, %rcx
  restore_vectors %rsp
  mov %rcx, %rax
  lea -7 * 8(%rbx), %rsp
  pop %r11
  pop %r10
  pop %r9
  pop %r8
  pop %rdi
  pop %rsi
  pop %rdx
  pop %rbx
  jmp .Lfound

  .section .note.GNU-stack, "", %progbits
