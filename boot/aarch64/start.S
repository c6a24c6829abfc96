/* Entry and exception vectors of AArch64 on QEMU `virt`, which starts an ELF image at EL1 with MMU and caches off.
 *
 * EL1 has two stack pointers. The image and its modules run on SP_EL0 (PSTATE.SP = 0); an exception switches to SP_EL1
 * by itself (ARM DDI 0487 D1.3.1), which is the trap stack: so a module that has overflowed its stack is reported. */

  .section .text.start, "ax"
  .globl _start
_start:
  adrp x0, trap_stack_top
  add x0, x0, :lo12:trap_stack_top
  msr spsel, #1
  mov sp, x0
  msr spsel, #0
  adrp x0, image_stack_top
  add x0, x0, :lo12:image_stack_top
  mov sp, x0
  mov x29, xzr          /* ends the chain of frames (AAPCS64 "The Frame Pointer") */
  mov x30, xzr
  adrp x0, image_bss_start
  add x0, x0, :lo12:image_bss_start
  adrp x1, image_bss_end
  add x1, x1, :lo12:image_bss_end
1:
  cmp x0, x1
  b.hs 2f
  stp xzr, xzr, [x0], #16
  b 1b
2:
  bl board_start
  b .

/* DDI 0487 D1.3.1 "Exception vectors": 16 entries of 128 bytes. Nothing is saved: no exception returns, and C
 * finds pc, address and cause in ELR_EL1, FAR_EL1 and ESR_EL1. SP is SP_EL1 here; taken from SP_EL1 itself
 * (entries 4 to 7: a fault in the report of a fault), it may be anywhere. */
  .section .text.vectors, "ax"
  .globl board_vectors
  .balign 2048
board_vectors:
  .set entry, 0
  .rept 16
  .balign 128
  adrp x1, trap_stack_top
  add x1, x1, :lo12:trap_stack_top
  mov sp, x1
  mov x0, #entry
  mov x29, xzr
  bl board_trap
  b .
  .set entry, entry + 1
  .endr
