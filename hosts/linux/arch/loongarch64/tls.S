/* Where thread-local variables are. tls_own, which lies at one offset from every thread's thread pointer, begins with the address of
 * the thread's table of blocks; a block that is not in it yet is tls_block()'s to make. */

  .text
  .globl lw_tls_dynamic, lw_tls_get_addr
  .hidden lw_tls_dynamic, lw_tls_get_addr, tls_own, tls_block, lazy_vector_bytes

/* The number of a block becomes its address; 0: there is none. */
  .macro block_address number, scratch
  la.tls.ie \scratch, tls_own
  ldx.d \scratch, \scratch, $tp
  slli.d \number, \number, 3
  ldx.d \number, \number, \scratch
  .endm

/* void *(const struct { uintptr_t number, offset; } *) */
lw_tls_get_addr:
  move $a1, $a0
  ld.d $a0, $a1, 0
  block_address $a0, $t0
  beqz $a0, 2f
1:
  ld.d $a1, $a1, 8
  add.d $a0, $a0, $a1
  ret
2:
  addi.d $sp, $sp, -16
  st.d $ra, $sp, 0
  st.d $a1, $sp, 8
  ld.d $a0, $a1, 0
  bl tls_block
  ld.d $ra, $sp, 0
  ld.d $a1, $sp, 8
  addi.d $sp, $sp, 16
  b 1b

/* What a function may lose, apart from $a0. */
  .macro each_register does
  .irp number, 1, 2, 3, 4, 5, 6, 7
  \does $a\number, $sp, \number * 8
  .endr
  .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8
  \does $t\number, $sp, (8 + \number) * 8
  .endr
  \does $ra, $sp, 0
  .endm

/* A vector's place has room for the widest. Floats are the lower parts of vectors; a function keeps those from the 24th on. */
#define VECTORS_AT (18 * 8)
#define FRAME_BYTES (VECTORS_AT + 32 * 32)
  .macro each_float does
  .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23
  \does $f\number, $sp, VECTORS_AT + \number * 32
  .endr
  .endm
  .macro each_vector does, letters
  .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  \does $\letters\number, $sp, VECTORS_AT + \number * 32
  .endr
  .endm

/* As wide as the processor has them. */
  .macro each_wide float, vector, wide
  la.pcrel $t0, lazy_vector_bytes
  ld.d $t0, $t0, 0
  srli.d $t0, $t0, 4
  beqz $t0, 7f
  addi.d $t0, $t0, -1
  beqz $t0, 8f
  each_vector \wide, xr
  b 9f
7:
  each_float \float
  b 9f
8:
  each_vector \vector, vr
9:
  .endm

/* A descriptor's function (boot/loongarch64/fixed.S). Its argument is number << 32 | offset in the block. */
lw_tls_dynamic:
  addi.d $sp, $sp, -16
  st.d $t0, $sp, 0
  st.d $a0, $sp, 8
  ld.d $a0, $a0, 8
  srli.d $a0, $a0, 32
  block_address $a0, $t0
  beqz $a0, 2f
1:
  ld.d $t0, $sp, 8
  ld.wu $t0, $t0, 8
  add.d $a0, $a0, $t0
  sub.d $a0, $a0, $tp
  ld.d $t0, $sp, 0
  addi.d $sp, $sp, 16
  ret
2:
  addi.d $sp, $sp, -FRAME_BYTES
  each_register st.d
  each_wide fst.d, vst, xvst
  ld.d $a0, $sp, FRAME_BYTES + 8
  ld.d $a0, $a0, 8
  srli.d $a0, $a0, 32
  bl tls_block
  each_wide fld.d, vld, xvld
  each_register ld.d
  addi.d $sp, $sp, FRAME_BYTES
  b 1b

  .section .note.GNU-stack, "", %progbits
