/* The first instructions: a stack, and the kernel. */
.section .text.start, "ax"
.globl _start
_start:
#if defined __riscv
  la sp, stack_top
  tail kernel
#elif defined __loongarch__
  la.local $sp, stack_top
  b kernel
#endif

.section .bss
.balign 16
.space 65536
stack_top:
