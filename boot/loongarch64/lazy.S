/* Where a PLT goes for a function that is not bound yet: keeps whatever may be an argument, and jumps to the function.
 *
 * $t0 = the link word, $t1 = the offset of the slot from the first one (ELF psABI for LoongArch, and what linkers make of it).
 * Vectors of LSX are off. */

#define FLOATS_AT 80 /* behind nine words, aligned */
#define FRAME_BYTES (FLOATS_AT + 8 * 8)

  .macro each_argument general, float
  .irp number, 0, 1, 2, 3, 4, 5, 6, 7
  \general $a\number, $sp, \number * 8
  \float $fa\number, $sp, FLOATS_AT + \number * 8
  .endr
  \general $ra, $sp, 8 * 8
  .endm

  .text
  .globl lazy_entry
  .hidden lazy_entry
lazy_entry:
  addi.d $sp, $sp, -FRAME_BYTES
  each_argument st.d, fst.d
  move $a0, $t0
  srli.d $a1, $t1, 3
  move $a2, $ra
  bl lazy_bind
  move $t1, $a0
  each_argument ld.d, fld.d
  addi.d $sp, $sp, FRAME_BYTES
  jr $t1

  .section .note.GNU-stack, "", %progbits
