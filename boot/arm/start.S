/* Entry and exception vectors of ARMv7-A on QEMU `virt`, which starts an ELF image in Supervisor mode, ARM state, with
 * MMU and caches off.
 *
 * Each mode has a stack pointer and a link register of its own (ARM DDI 0406 B1.3.2). The image and its modules run
 * in System mode, which no exception enters; every mode that an exception enters has the trap stack. So a module that
 * has overflowed its stack is reported, and its SVC does not destroy its own link register. */

  .syntax unified
  .arch armv7-a
  .fpu neon-vfpv4
  .arm

/* DDI 0406 table B1-1; CPSR.I and F mask interrupts. */
  .equ MODE_FIQ, 0x11
  .equ MODE_IRQ, 0x12
  .equ MODE_SVC, 0x13
  .equ MODE_ABT, 0x17
  .equ MODE_UND, 0x1b
  .equ MODE_SYS, 0x1f
  .equ CPACR_CP10_CP11, 0xf << 20
  .equ FPEXC_EN, 1 << 30

  .section .text.start, "ax"
  .globl _start
_start:
  ldr r0, =trap_stack_top
  cpsid if, #MODE_FIQ
  mov sp, r0
  cps #MODE_IRQ
  mov sp, r0
  cps #MODE_SVC
  mov sp, r0
  cps #MODE_ABT
  mov sp, r0
  cps #MODE_UND
  mov sp, r0
  cps #MODE_SYS
  ldr sp, =image_stack_top

  /* Before any C: the compiler may use NEON anywhere. */
  mrc p15, 0, r0, c1, c0, 2   /* CPACR */
  orr r0, r0, #CPACR_CP10_CP11
  mcr p15, 0, r0, c1, c0, 2
  isb
  mov r0, #FPEXC_EN
  vmsr fpexc, r0
  mov r0, #0
  vmsr fpscr, r0

  ldr r0, =image_bss_start
  ldr r1, =image_bss_end
  mov r2, #0
  mov r3, #0
  mov r4, #0
  mov r5, #0
1:
  cmp r0, r1
  stmialo r0!, {r2-r5}
  blo 1b
  mov r11, #0                 /* ends the chain of frames */
  mov lr, #0
  bl board_start
  b .
  .ltorg

/* DDI 0406 B1.8.1 "Exception vectors". No exception returns, so registers are free: r0 is the vector's index, r1 the
 * link register that says where, r2 the state before. */
  .section .text.vectors, "ax"
  .globl board_vectors
  .balign 32
board_vectors:
  b . /* reset does not come here */
  b undefined
  b supervisor
  b prefetch
  b data
  b . /* Hyp trap: not without the Virtualization Extensions */
  b irq
  b fiq

  .macro vector name, index
\name:
  mov r0, #\index
  b trap
  .endm

  vector undefined, 1
  vector supervisor, 2
  vector prefetch, 3
  vector data, 4
  vector irq, 6
  vector fiq, 7

trap:
  mov r1, lr
  mrs r2, spsr
  ldr sp, =trap_stack_top
  mov r11, #0
  bl board_trap
  b .
  .ltorg
