/* Where thread-local variables are. A descriptor's function is told its address in %eax and answers there; it keeps all
 * other registers ("Thread-Local Storage Descriptors for IA32 and AMD64/EM64T"). */
#include "machine.h"

  .text
  .globl lw_tls_dynamic, __tls_get_addr, ___tls_get_addr

/* The argument is number << 16 | offset in the block. */
lw_tls_dynamic:
  push %edx
  mov 4(%eax), %eax
  movzwl %ax, %edx
  shr $16, %eax
  add %gs:BOARD_TLS_BLOCKS_AT(,%eax,4), %edx
  sub %gs:0, %edx
  mov %edx, %eax
  pop %edx
  ret

/* void *__tls_get_addr(const struct { uintptr_t number, offset; } *), and GNU's variant: the argument is in %eax. */
__tls_get_addr:
  mov 4(%esp), %eax
___tls_get_addr:
  mov (%eax), %edx
  mov %gs:BOARD_TLS_BLOCKS_AT(,%edx,4), %edx
  add 4(%eax), %edx
  mov %edx, %eax
  ret
