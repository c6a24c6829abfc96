/* Where thread-local variables are. tls_own, which lies at one offset from every thread's thread pointer, begins with the address of
 * the thread's table of blocks; a block that is not in it yet is tls_block()'s to make. */

  .text
  .globl lw_tls_dynamic, lw_tls_get_addr
  .hidden lw_tls_dynamic, lw_tls_get_addr, tls_own, tls_block

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

/* What a function may lose, apart from $a0; floats and vectors are not touched by tls_block(). */
  .macro each_register does
  .irp number, 1, 2, 3, 4, 5, 6, 7
  \does $a\number, $sp, \number * 8
  .endr
  .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8
  \does $t\number, $sp, (8 + \number) * 8
  .endr
  \does $ra, $sp, 0
  .endm
#define FRAME_BYTES (18 * 8)

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
  ld.d $a0, $sp, FRAME_BYTES + 8
  ld.d $a0, $a0, 8
  srli.d $a0, $a0, 32
  bl tls_block
  each_register ld.d
  addi.d $sp, $sp, FRAME_BYTES
  b 1b

  .section .note.GNU-stack, "", %progbits
