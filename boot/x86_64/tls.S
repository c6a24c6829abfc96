/* Where thread-local variables are. A descriptor's function is told its address in %rax and answers there; it keeps all
 * other registers (psABI "Thread-Local Storage", TLSDESC), and wants nothing of the stack but room. */
#include "machine.h"

  .text
  .globl lw_tls_dynamic, __tls_get_addr

/* The argument is number << 32 | offset in the block. */
lw_tls_dynamic:
  push %rdx
  mov 8(%rax), %rax
  mov %eax, %edx
  shr $32, %rax
  add %fs:BOARD_TLS_BLOCKS_AT(,%rax,8), %rdx
  sub %fs:0, %rdx
  mov %rdx, %rax
  pop %rdx
  ret

/* void *__tls_get_addr(const struct { uintptr_t number, offset; } *) */
__tls_get_addr:
  mov (%rdi), %rax
  mov %fs:BOARD_TLS_BLOCKS_AT(,%rax,8), %rax
  add 8(%rdi), %rax
  ret
