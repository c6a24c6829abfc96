/* Entry and exception entries of x86_64: from 32-bit protected mode to long mode, then board_start() in board.c.
 * Long mode takes two more levels of tables than the directory that it shares with i386. */
#include "x86_start.inc"

  .section .data.page_tables, "aw"
  .balign BOARD_PAGE_BYTES
page_map_level_4:
  .quad page_directory_pointers + (PTE_P | PTE_RW)
  .skip BOARD_PAGE_BYTES - 8
page_directory_pointers:
  .quad page_directory + (PTE_P | PTE_RW)
  .skip BOARD_PAGE_BYTES - 8

/* Long mode ignores base and limit of code and data (SDM 3A 5.2.1). The last two words are for the TSS: board.c. */
  .section .data.gdt, "aw"
  .balign 16
  .globl gdt
gdt:
  .quad 0
  .quad 0x00af9b000000ffff /* SELECTOR_CODE: P, DPL 0, execute/read, L */
  .quad 0x00cf93000000ffff /* SELECTOR_DATA: P, DPL 0, read/write */
  .quad 0, 0
gdt_end:
gdt_pointer:
  .short gdt_end - gdt - 1
  .quad gdt

  .section .text.start, "ax"
  .code32
  .globl start
start:
  require_processor CPUID_EXTENDED_EDX_NX | CPUID_EXTENDED_EDX_LM
  zero_bss
  /* SDM 3A 10.8.5 "Initializing IA-32e Mode": PAE, then CR3, then LME, then PG */
  mov $CR4_BOARD, %eax
  mov %eax, %cr4
  mov $page_map_level_4, %eax
  mov %eax, %cr3
  mov $IA32_EFER, %ecx
  rdmsr
  or $(EFER_LME | EFER_NXE), %eax
  wrmsr
  mov $CR0_BOARD, %eax
  mov %eax, %cr0
  lgdt gdt_pointer
  ljmp $SELECTOR_CODE, $start_long

  refuse_processor_with "this image needs a 64-bit processor with NX (qemu: -cpu max)\n"

  .code64
start_long:
  mov $SELECTOR_DATA, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  xor %eax, %eax
  mov %eax, %fs
  mov %eax, %gs
  fninit
  mov $stack_top, %esp
  xor %ebp, %ebp
  call board_start

/* On the trap stack: vector, error code, then what the processor pushed, RIP first (SDM 3A 6.14.2). */
  .section .text.exceptions, "ax"
  exception_entries_of 64
exception:
  cld
  pop %rdi
  pop %rsi
  mov (%rsp), %rdx
  and $-16, %rsp
  call board_trap
