/* ARMv7-A (Cortex-A15) on QEMU `virt`: one core, privileged, all of it ours.
 *
 * Peculiarities. Long descriptors (LPAE), for pages that are not executable and for tables shared with AArch64. The
 * image runs in System mode; exceptions enter other modes, each with a stack pointer of its own (start.S). Where an
 * exception comes from depends on its kind and on the instruction set (link_offset). The cycle counter has 32 bits,
 * which pass in four seconds: the generic timer says the rest. There is no random number instruction.
 *
 * Names are those of ARM DDI 0406C (ARMv7-A and ARMv7-R Architecture Reference Manual). */
#include "machine.h"
#include "../common/board.h"
#include "../common/mix.h"

/* System control registers, as MRC and MCR spell them: coprocessor, opc1, CRn, CRm, opc2 (DDI 0406 B3.17.1). */
#define CP15_READ(opc1, crn, crm, opc2)                                                         \
  ({                                                                                            \
    uint32_t value_;                                                                            \
    __asm__ volatile("mrc p15, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 : "=r"(value_));     \
    value_;                                                                                     \
  })
#define CP15_WRITE(opc1, crn, crm, opc2, value) \
  __asm__ volatile("mcr p15, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 ::"r"((uint32_t)(value)) : "memory")

#define SCTLR 0, c1, c0, 0
#define TTBCR 0, c2, c0, 2
#define DFSR 0, c5, c0, 0
#define IFSR 0, c5, c0, 1
#define DFAR 0, c6, c0, 0
#define IFAR 0, c6, c0, 2
#define ICIALLU 0, c7, c5, 0
#define ICIMVAU 0, c7, c5, 1
#define BPIALL 0, c7, c5, 6
#define DCCMVAU 0, c7, c11, 1
#define TLBIALL 0, c8, c7, 0
#define TLBIMVAAIS 0, c8, c3, 3
#define PMCR 0, c9, c12, 0
#define PMCNTENSET 0, c9, c12, 1
#define PMCCNTR 0, c9, c13, 0
#define PMSELR 0, c9, c12, 5
#define PMXEVTYPER 0, c9, c13, 1
#define MAIR0 0, c10, c2, 0
#define VBAR 0, c12, c0, 0
#define CTR 0, c0, c0, 1
#define TPIDRURW 0, c13, c0, 2
#define TPIDRURO 0, c13, c0, 3
#define CNTV_TVAL 0, c14, c3, 0
#define CNTV_CTL 0, c14, c3, 1
#define READ(...) CP15_READ(__VA_ARGS__)
#define WRITE(...) CP15_WRITE(__VA_ARGS__)

/* ---- translation: TTBR0 for all 4 GiB ---- */

#define VMSA_FIRST_ENTRIES 4

static void vmsa_publish(void) { __asm__ volatile("dsb ishst\n\tisb" ::: "memory"); }

/* All ASIDs: the entries are global. BPIALL: branch predictors need not follow the tables (DDI 0406 B3.10). */
static void vmsa_forget(uintptr_t va) {
  WRITE(TLBIMVAAIS, va & ~(uintptr_t)(BOARD_PAGE_BYTES - 1));
  WRITE(BPIALL, 0);
  __asm__ volatile("dsb ish\n\tisb" ::: "memory");
}

/* DEN 0022 5.2: the function in r0; QEMU's conduit without Hyp and Monitor mode is HVC. */
static void psci_call(uint32_t function) {
  register uint32_t r0 __asm__("r0") = function;
  __asm__ volatile(".arch_extension virt\n\thvc #0" : "+r"(r0)::"r1", "r2", "r3", "memory");
}

/* CNTV_CTL: ENABLE, IMASK. TVAL is signed, of 32 bits. */
enum { TIMER_CONTROL = 1 << 0 | 1 << 1, TIMER_FAR = INT32_MAX };

static void start_far_timer(void) {
  WRITE(CNTV_TVAL, TIMER_FAR);
  WRITE(CNTV_CTL, TIMER_CONTROL);
}

#include "../common/arm_vmsa.inc"
#include "../common/arm_virt.inc"

/* TTBCR with EAE = 1: T0SZ = T1SZ = 0 leaves all addresses to TTBR0. */
enum {
  TTBCR_IRGN0_WRITE_BACK = 1 << 8,
  TTBCR_ORGN0_WRITE_BACK = 1 << 10,
  TTBCR_SH0_INNER = 3 << 12,
  TTBCR_EPD1 = 1 << 23,
};
#define TTBCR_EAE (1u << 31)

/* SCTLR. A = 0: unaligned accesses are fine; V = 0: VBAR counts; TE = 0: exceptions in ARM state. */
enum {
  SCTLR_M = 1 << 0,
  SCTLR_A = 1 << 1,
  SCTLR_C = 1 << 2,
  SCTLR_Z = 1 << 11,
  SCTLR_I = 1 << 12,
  SCTLR_V = 1 << 13,
  SCTLR_WXN = 1 << 19,
  SCTLR_TE = 1 << 30,
};

static void start_translation(void) {
  map_memory();
  map_devices();
  WRITE(MAIR0, VMSA_MAIR);
  WRITE(TTBCR, TTBCR_EAE | TTBCR_EPD1 | TTBCR_SH0_INNER | TTBCR_ORGN0_WRITE_BACK | TTBCR_IRGN0_WRITE_BACK);
  __asm__ volatile("mcrr p15, 0, %0, %1, c2" ::"r"((uintptr_t)first_table), "r"(0) : "memory"); /* TTBR0 */
  WRITE(TLBIALL, 0);
  WRITE(ICIALLU, 0);
  WRITE(BPIALL, 0);
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  uint32_t sctlr = READ(SCTLR) & ~(uint32_t)(SCTLR_A | SCTLR_V | SCTLR_WXN | SCTLR_TE);
  WRITE(SCTLR, sctlr | SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I);
  __asm__ volatile("isb" ::: "memory");
}

/* ---- counter ---- */

enum { PMCR_E = 1 << 0, PMCR_C = 1 << 2 /* starts from 0 */ };
enum { PMSELR_CYCLES = 31 }; /* selects the filter of the cycle counter: 0 counts in every mode */
#define PMCNTENSET_C (1u << 31)

/* QEMU counts cycles at 1 GHz of its virtual time (its ARM_CPU_FREQ) and ticks at 62.5 MHz. */
enum { CYCLES_PER_TICK = 16 };
static uint64_t first_tick;

const char board_counter_unit[] = "instructions";

static uint64_t ticks(void) {
  uint32_t low, high;
  __asm__ volatile("mrrc p15, 1, %0, %1, c14" : "=r"(low), "=r"(high)::"memory"); /* CNTVCT */
  return (uint64_t)high << 32 | low;
}

static void start_counter(void) {
  WRITE(PMSELR, PMSELR_CYCLES);
  WRITE(PMXEVTYPER, 0);
  WRITE(PMCNTENSET, PMCNTENSET_C);
  first_tick = ticks();
  WRITE(PMCR, PMCR_C | PMCR_E);
  __asm__ volatile("isb");
}

/* The low half is exact; the ticks are off by few, so that the nearest number with this low half is the right one. */
uint64_t board_counter(void) {
  __asm__ volatile("isb" ::: "memory"); /* what precedes has been counted */
  uint32_t low = READ(PMCCNTR);
  uint64_t about = (ticks() - first_tick) * CYCLES_PER_TICK;
  return about + (uint64_t)(int64_t)(int32_t)(low - (uint32_t)about);
}

/* ---- code ---- */

/* CTR: DminLine and IminLine are log2 of words. */
#define CTR_IMIN_LINE(ctr) ((ctr) & 0xf)
#define CTR_DMIN_LINE(ctr) ((ctr) >> 16 & 0xf)

/* The sequence of DDI 0406 "Synchronization of coherency issues between data and instruction accesses", by lines. */
void board_sync_code(uintptr_t at, size_t bytes) {
  uint32_t ctr = READ(CTR);
  uintptr_t data_line = (uintptr_t)4 << CTR_DMIN_LINE(ctr), code_line = (uintptr_t)4 << CTR_IMIN_LINE(ctr);
  uintptr_t end = at + bytes;
  for (uintptr_t line = at & -data_line; line < end; line += data_line) WRITE(DCCMVAU, line);
  __asm__ volatile("dsb" ::: "memory");
  for (uintptr_t line = at & -code_line; line < end; line += code_line) WRITE(ICIMVAU, line);
  WRITE(BPIALL, 0);
  __asm__ volatile("dsb\n\tisb" ::: "memory");
}

/* ---- seed and thread ---- */

uint64_t board_seed(void) { return mix(mix(seed_of_device_tree() ^ ticks()) ^ board_counter()); }

/* Compiled code of Linux reads __stack_chk_guard for the canary. Android's slot behind the thread pointer is not kept free: there lie
 * thread-local variables (IHI 0045 "Thread Local Storage", variant I: two words, then the first block). */
void board_thread(uintptr_t pointer, uintptr_t canary) {
  (void)canary;
  WRITE(TPIDRURO, pointer); /* what compiled code reads */
  WRITE(TPIDRURW, pointer);
}

/* ---- exceptions ---- */

enum { PSR_MODE = 0x1f, MODE_SYS = 0x1f, PSR_T = 1 << 5 };
enum { DFSR_WNR = 1 << 11 };

enum { VECTOR_UNDEFINED = 1, VECTOR_SVC, VECTOR_PREFETCH, VECTOR_DATA, VECTOR_IRQ = 6, VECTOR_FIQ, VECTORS };

/* What the link register is ahead of the instruction that trapped, in ARM and in Thumb state: DDI 0406 B1.8.3,
 * counted from the instruction itself, not from where a handler would return to. A 32-bit Thumb instruction that
 * is undefined has the offset of a 16-bit one. */
static const struct {
  const char *cause;
  uint8_t link_offset[2];
} vectors[VECTORS] = {
  [VECTOR_UNDEFINED] = {"undefined instruction", {4, 2}},
  [VECTOR_SVC] = {"SVC instruction", {4, 2}},
  [VECTOR_PREFETCH] = {"prefetch abort", {4, 4}},
  [VECTOR_DATA] = {"data abort", {8, 8}},
  [VECTOR_IRQ] = {"IRQ", {4, 4}},
  [VECTOR_FIQ] = {"FIQ", {4, 4}},
};

_Noreturn void board_trap(unsigned vector, uintptr_t link, uint32_t spsr);
_Noreturn void board_trap(unsigned vector, uintptr_t link, uint32_t spsr) {
  if ((spsr & PSR_MODE) != MODE_SYS) board_off(false); /* in the report of a trap: there is nothing more to say */
  uintptr_t pc = link - vectors[vector].link_offset[spsr & PSR_T ? 1 : 0];
  struct trap trap = {vectors[vector].cause, pc, pc, 0};
  if (vector == VECTOR_PREFETCH) {
    trap.syndrome = READ(IFSR);
    trap.cause = cause_of(trap.cause, trap.syndrome);
    if ((trap.syndrome & FAULT_STATUS_MASK) != FAULT_DEBUG_EVENT) trap.address = READ(IFAR);
  } else if (vector == VECTOR_DATA) {
    trap.syndrome = READ(DFSR);
    trap.cause = cause_of(trap.syndrome & DFSR_WNR ? "data abort on write" : "data abort on read", trap.syndrome);
    trap.address = READ(DFAR);
  }
  trap_report(&trap);
}

/* ---- start ---- */

extern const char board_vectors[];

_Noreturn void board_start(void);
_Noreturn void board_start(void) {
  WRITE(VBAR, (uintptr_t)board_vectors);
  __asm__ volatile("cpsie a\n\tisb"); /* asynchronous aborts are reported; IRQ and FIQ are masked */
  start_translation();
  open_uart();
  start_counter();
  image_main();
}
