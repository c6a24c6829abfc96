/* Where thread-local variables are. tls_own, which lies at one offset from every thread's thread pointer, begins with the address of
 * the thread's table of blocks; a block that is not in it yet is tls_block()'s to make. */

  .syntax unified
  .arch armv7-a
  .fpu vfpv3-d16
  .arm
  .text
  .globl lw_tls_dynamic, lw_tls_get_addr, lw_tls_thread
  .hidden lw_tls_dynamic, lw_tls_get_addr, lw_tls_thread, tls_own, tls_block
  .type lw_tls_dynamic, %function
  .type lw_tls_get_addr, %function
  .type lw_tls_thread, %function

/* r0 = address of block r1; 0: there is none. r2 is lost. */
  .macro block_address
  ldr r2, 8f
7:
  ldr r2, [pc, r2]
  mrc p15, 0, r0, c13, c0, 3
  ldr r0, [r0, r2]
  ldr r0, [r0, r1, lsl #2]
  b 9f
8:
  .word tls_own(gottpoff) + (. - 7b - 8)
9:
  cmp r0, #0
  .endm

/* void *(const struct { uintptr_t number, offset; } *) */
lw_tls_get_addr:
  mov r3, r0
  ldr r1, [r3]
  block_address
  beq 1f
  ldr r3, [r3, #4]
  add r0, r0, r3
  bx lr
1:
  push {r3, lr}
  mov r0, r1
  bl tls_block
  pop {r3, lr}
  ldr r3, [r3, #4]
  add r0, r0, r3
  bx lr

/* A descriptor's function (boot/arm/fixed.S). Its argument is number << 16 | offset in the block. */
lw_tls_dynamic:
  push {r1-r3}
  ldr r3, [r0]
  lsr r1, r3, #16
  block_address
  beq 2f
1:
  mrc p15, 0, r2, c13, c0, 3
  sub r0, r0, r2
  uxtah r0, r0, r3
  pop {r1-r3}
  bx lr
2:
  push {r3, r4, ip, lr}
  mov r4, sp
  bic sp, sp, #7
  vpush {d0-d7}
  mov r0, r1
  bl tls_block
  vpop {d0-d7}
  mov sp, r4
  pop {r3, r4, ip, lr}
  b 1b

/* __aeabi_read_tp: keeps all registers but r0 (IHI 0043 "Helper functions", thread pointer). */
lw_tls_thread:
  mrc p15, 0, r0, c13, c0, 3
  bx lr

  .section .note.GNU-stack, "", %progbits
