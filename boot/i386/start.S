/* Entry and exception entries of i386: PAE paging on, for its NX bit, then board_start() in board.c. */
#include "x86_start.inc"

/* SDM 3A 4.4.1 "PDPTE Registers": four entries, of which only P and the address may be set. */
  .section .data.page_tables, "aw"
  .balign 32
  .globl page_directory_pointers
page_directory_pointers:
  .long page_directory + PTE_P, 0
  .skip 3 * 8

  .section .text.start, "ax"
  .code32
  .globl start
start:
  require_processor CPUID_EXTENDED_EDX_NX
  zero_bss
  mov $CR4_BOARD, %eax
  mov %eax, %cr4
  mov $page_directory_pointers, %eax
  mov %eax, %cr3
  mov $IA32_EFER, %ecx
  rdmsr
  or $EFER_NXE, %eax
  wrmsr
  mov $CR0_BOARD, %eax
  mov %eax, %cr0
  lgdt gdt_pointer
  ljmp $SELECTOR_CODE, $1f
1:
  mov $SELECTOR_DATA, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  mov %eax, %fs
  mov %eax, %gs
  fninit
  mov $stack_top, %esp
  xor %ebp, %ebp
  call board_start

  refuse_processor_with "this image needs a processor with NX (qemu: -cpu max)\n"

/* On the trap stack: vector, error code. The task switch has set CR0.TS (SDM 3A 7.3), and C may use the FPU. */
  .section .text.exceptions, "ax"
  exception_entries_of 32
exception:
  clts
  pop %eax
  pop %edx
  and $-16, %esp
  sub $8, %esp
  push %edx
  push %eax
  call board_exception
