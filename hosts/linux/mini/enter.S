/* The first instructions of the loader, which is handed the kernel's stack, and its last: the program's own stack, no
 * frame below, nothing to call at the exit, and off it goes. */

#if defined __x86_64__
.globl _start, enter
_start:
  xorl %ebp, %ebp
  movq %rsp, %rdi
  call start
enter: /* stack, entry */
  movq %rdi, %rsp
  xorl %edx, %edx
  jmpq *%rsi

#elif defined __i386__
.globl _start, enter
_start:
  xorl %ebp, %ebp
  movl %esp, %eax
  subl $12, %esp
  pushl %eax
  call start
enter:
  movl 8(%esp), %eax
  movl 4(%esp), %esp
  xorl %edx, %edx
  jmpl *%eax

#elif defined __aarch64__
.globl _start, enter
_start:
  mov x29, xzr
  mov x30, xzr
  mov x0, sp
  b start
enter:
  mov sp, x0
  mov x0, xzr
  mov x29, xzr
  mov x30, xzr
  br x1

#elif defined __arm__
.syntax unified
.thumb
.globl _start, enter
.type _start, %function
_start:
  movs r0, #0
  mov r11, r0
  mov lr, r0
  mov r0, sp
  b start
.type enter, %function
enter:
  mov sp, r0
  movs r0, #0
  mov r11, r0
  mov lr, r0
  bx r1

#elif defined __riscv
.globl _start, enter
_start:
  mv s0, zero
  mv ra, zero
  mv a0, sp
  tail start
enter:
  mv sp, a0
  mv a0, zero
  mv s0, zero
  mv ra, zero
  jr a1

#elif defined __loongarch__
.globl _start, enter
_start:
  move $fp, $zero
  move $ra, $zero
  move $a0, $sp
  b start
enter:
  move $sp, $a0
  move $a0, $zero
  move $fp, $zero
  move $ra, $zero
  jr $a1
#endif

.section .note.GNU-stack, "", %progbits
