/* Where thread-local variables are. tls_own, which lies at one offset from every thread's thread pointer, begins with the address of
 * the thread's table of blocks; a block that is not in it yet is tls_block()'s to make. */

  .text
  .globl lw_tls_dynamic, lw_tls_get_addr
  .hidden lw_tls_dynamic, lw_tls_get_addr, tls_own, tls_block

/* x0 = address of block x1; 0: there is none. x2 = the thread pointer. */
  .macro block_address
  adrp x0, :gottprel:tls_own
  ldr x0, [x0, :gottprel_lo12:tls_own]
  mrs x2, tpidr_el0
  ldr x0, [x2, x0]
  ldr x0, [x0, x1, lsl #3]
  .endm

/* void *(const struct { uintptr_t number, offset; } *) */
lw_tls_get_addr:
  ldp x1, x3, [x0]
  block_address
  cbz x0, 1f
  add x0, x0, x3
  ret
1:
  stp x29, x30, [sp, #-32]!
  mov x29, sp
  str x3, [sp, #16]
  mov x0, x1
  bl tls_block
  ldr x3, [sp, #16]
  ldp x29, x30, [sp], #32
  add x0, x0, x3
  ret

/* What a function may lose, apart from x0 to x3: Xm and Xn behind the frame's two words, vectors behind those. */
#define X(m, n) \does x##m, x##n, [sp, #16 + (m - 4) * 8]
#define VECTORS_AT 144
#define Q(m, n) \does q##m, q##n, [sp, #VECTORS_AT + m * 16]
#define FRAME_BYTES (VECTORS_AT + 32 * 16)
  .macro each_register does
  X(4, 5)
  X(6, 7)
  X(8, 9)
  X(10, 11)
  X(12, 13)
  X(14, 15)
  X(16, 17)
  X(18, 3)
  Q(0, 1)
  Q(2, 3)
  Q(4, 5)
  Q(6, 7)
  Q(8, 9)
  Q(10, 11)
  Q(12, 13)
  Q(14, 15)
  Q(16, 17)
  Q(18, 19)
  Q(20, 21)
  Q(22, 23)
  Q(24, 25)
  Q(26, 27)
  Q(28, 29)
  Q(30, 31)
  .endm

/* A descriptor's function (boot/aarch64/fixed.S). Its argument is number << 32 | offset in the block. The flags are lost, as callers
 * expect, and so are the upper parts of SVE's vectors, and its predicates. */
lw_tls_dynamic:
  stp x1, x2, [sp, #-32]!
  stp x3, x30, [sp, #16]
  ldr x3, [x0, #8]
  lsr x1, x3, #32
  block_address
  cbz x0, 2f
1:
  add x0, x0, w3, uxtw
  mrs x2, tpidr_el0
  sub x0, x0, x2
  ldp x3, x30, [sp, #16]
  ldp x1, x2, [sp], #32
  ret
2:
  sub sp, sp, #FRAME_BYTES
  stp x29, x30, [sp]
  mov x29, sp
  each_register stp
  mov x0, x1
  bl tls_block
  each_register ldp
  ldp x29, x30, [sp]
  add sp, sp, #FRAME_BYTES
  b 1b

  .section .note.GNU-stack, "", %progbits
