/* Numbers of the x86 that C and assembly both need.
 * SDM: Intel 64 and IA-32 Architectures Software Developer's Manual. */
#pragma once

/* Where things are: QEMU's -m and -device loader in machine.json say the same. RAM starts at 0, but only what is
 * above the module range is used as RAM; below it are page 0, the BIOS and VGA. */
#define IMAGE_BASE 0x4000000
#define PAYLOAD_BASE 0x8000000
#define RAM_END 0x10000000
/* SeaBIOS works at the end of RAM after the payload was put there: QEMU 7.2's touches the last 16 MiB and 120 KiB. */
#define FIRMWARE_BYTES 0x2000000

/* SDM 3A 2.5 "Control Registers" */
#define CR0_PE (1 << 0)
#define CR0_MP (1 << 1)
#define CR0_ET (1 << 4)
#define CR0_NE (1 << 5)
#define CR0_WP (1 << 16) /* without it ring 0 writes read-only pages */
#define CR0_PG (1 << 31)
#define CR4_PAE (1 << 5)
#define CR4_OSFXSR (1 << 9)
#define CR4_OSXMMEXCPT (1 << 10)
#define CR4_OSXSAVE (1 << 18)

/* Everything that is not named is off: caches are on where CD and NW are clear, the FPU where EM and TS are. */
#define CR0_BOARD (CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE)
#define CR4_BOARD (CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT)

/* SDM 4 "Model-Specific Registers" */
#define IA32_EFER 0xc0000080
#define EFER_LME (1 << 8)
#define EFER_NXE (1 << 11)
#define IA32_FS_BASE 0xc0000100

/* SDM 2A "CPUID" */
#define CPUID_FEATURES 1
#define CPUID_FEATURES_ECX_XSAVE (1 << 26)
#define CPUID_FEATURES_ECX_RDRAND (1 << 30)
#define CPUID_XSTATE 0xd
#define CPUID_EXTENDED_LAST 0x80000000
#define CPUID_EXTENDED 0x80000001
#define CPUID_EXTENDED_EDX_NX (1 << 20)
#define CPUID_EXTENDED_EDX_LM (1 << 29)

/* SDM 1 13.3 "Enabling the XSAVE Feature Set": x87, SSE, AVX and the three parts of AVX-512; 10.5.1 "FXSAVE Area" */
#define XCR0_WANTED 0xe7
#define FXSAVE_BYTES 512

/* SDM 3A 4.4 "PAE Paging", 4.5 "4-Level Paging": an entry of 64 bits; bit 63 is XD */
#define PTE_P (1 << 0)
#define PTE_RW (1 << 1)
#define PTE_PS (1 << 7) /* in a page directory: a page of 2 MiB */
#define PTE_XD_BIT 63
#define ENTRIES_PER_TABLE 512
#define LARGE_PAGE_BYTES 0x200000

/* Selectors: the index in the GDT of start.S and board.c, times DESCRIPTOR_BYTES */
#define DESCRIPTOR_BYTES 8
#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10

/* SDM 3A 6.15 "Exception and Interrupt Reference": the vectors that push an error code are
 * #DF 8, #TS 10, #NP 11, #SS 12, #GP 13, #PF 14, #AC 17, #CP 21; AMD's #VC 29 and #SX 30 */
#define VECTOR_COUNT 32
#define VECTORS_WITH_ERROR_CODE 0x60227d00
#define VECTOR_ENTRY_BYTES 16

/* COM1 of a PC: a 16550A, at 115200 baud if the divisor is 1 */
#define COM1 0x3f8
#define UART_THR 0
#define UART_DLL 0 /* while LCR.DLAB */
#define UART_IER 1
#define UART_DLM 1 /* while LCR.DLAB */
#define UART_LCR 3
#define UART_LCR_8N1 0x03
#define UART_LCR_DLAB 0x80
#define UART_MCR 4
#define UART_MCR_DTR_RTS 0x03
#define UART_LSR 5
#define UART_LSR_THRE 0x20
#define UART_LSR_TEMT 0x40

/* QEMU's isa-debug-exit, at the port that machine.json gives it: the exit status is 2 * value + 1, so 35 here.
 * Status 1 would look like a complaint of qemu's own. */
#define DEBUG_EXIT 0xf4
#define DEBUG_EXIT_BAD 17

#define STACK_BYTES 0x40000
#define TRAP_STACK_BYTES 0x4000
/* As wide as that because a frame of more than a page would step over a guard of one. */
#define STACK_GUARD_BYTES 0x10000
