/* AArch64 on QEMU `virt`: one core, EL1, all of it ours.
 *
 * Peculiarities. The image runs at EL1 on SP_EL0, so that exceptions have SP_EL1 (start.S). Every device lies above
 * MODULE_HIGH at its own address already; the flash below it is never mapped. Executable pages are executable for EL1:
 * UXN is of no concern, there is no EL0. What the processor counts is PMCCNTR_EL0, at 1 GHz of QEMU's virtual time:
 * under -icount shift=0 that is one an instruction.
 *
 * Names are those of ARM DDI 0487 (Arm Architecture Reference Manual for A-profile). */
#include "machine.h"
#include "../common/board.h"
#include "../common/mix.h"

#define SYSREG_READ(name)                              \
  ({                                                   \
    uint64_t value_;                                   \
    __asm__ volatile("mrs %0, " #name : "=r"(value_)); \
    value_;                                            \
  })
#define SYSREG_WRITE(name, value) __asm__ volatile("msr " #name ", %0" ::"r"((uint64_t)(value)) : "memory")

/* ---- translation: TTBR0_EL1, 39 bits of address, so that the walk starts at level 1 ---- */

#define VA_BITS 39
#define VMSA_FIRST_ENTRIES (1 << (VA_BITS - 30))

static void vmsa_publish(void) { __asm__ volatile("dsb ishst\n\tisb" ::: "memory"); }

/* TLBI VAAE1IS takes VA[55:12] in bits [43:0]. */
static void vmsa_forget(uintptr_t va) {
  uint64_t page = va >> 12 & ((UINT64_C(1) << 44) - 1);
  __asm__ volatile("tlbi vaae1is, %0\n\tdsb ish\n\tisb" ::"r"(page) : "memory");
}

/* DEN 0022 5.2: the function in w0; QEMU's conduit without EL2 and EL3 is HVC. */
static void psci_call(uint32_t function) {
  register uint64_t x0 __asm__("x0") = function;
  __asm__ volatile("hvc #0" : "+r"(x0)::"x1", "x2", "x3", "memory");
}

/* CNTV_CTL: ENABLE, IMASK. TVAL is signed, of 32 bits. */
enum { TIMER_CONTROL = 1 << 0 | 1 << 1, TIMER_FAR = INT32_MAX };

static void start_far_timer(void) {
  SYSREG_WRITE(cntv_tval_el0, TIMER_FAR);
  SYSREG_WRITE(cntv_ctl_el0, TIMER_CONTROL);
}

#include "../common/arm_vmsa.inc"
#include "../common/arm_virt.inc"

/* TCR_EL1. IPS = 0: physical addresses of 32 bits are enough. */
#define TCR_T0SZ(bits) (64u - (bits))
#define TCR_IRGN0_WRITE_BACK (UINT64_C(1) << 8)
#define TCR_ORGN0_WRITE_BACK (UINT64_C(1) << 10)
#define TCR_SH0_INNER (UINT64_C(3) << 12)
#define TCR_EPD1 (UINT64_C(1) << 23) /* no walks for the upper half of the addresses */

/* SCTLR_EL1. A = 0: unaligned data accesses are fine; WXN = 0: permissions are what board_map was asked for. */
#define SCTLR_M (UINT64_C(1) << 0)
#define SCTLR_C (UINT64_C(1) << 2)
#define SCTLR_SA (UINT64_C(1) << 3)
#define SCTLR_I (UINT64_C(1) << 12)
#define SCTLR_RES1 ((UINT64_C(1) << 11) | (UINT64_C(1) << 20) | (UINT64_C(3) << 22) | (UINT64_C(3) << 28))

static void start_translation(void) {
  map_memory();
  map_devices();
  SYSREG_WRITE(mair_el1, VMSA_MAIR);
  SYSREG_WRITE(tcr_el1, TCR_T0SZ(VA_BITS) | TCR_IRGN0_WRITE_BACK | TCR_ORGN0_WRITE_BACK | TCR_SH0_INNER | TCR_EPD1);
  SYSREG_WRITE(ttbr0_el1, (uintptr_t)first_table);
  __asm__ volatile("tlbi vmalle1\n\tic iallu\n\tdsb nsh\n\tisb" ::: "memory");
  SYSREG_WRITE(sctlr_el1, SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA);
  __asm__ volatile("isb" ::: "memory");
}

/* ---- floating point ---- */

#define CPACR_FPEN (UINT64_C(3) << 20)
#define CPACR_ZEN (UINT64_C(3) << 16)
#define ID_AA64PFR0_SVE(value) ((value) >> 32 & 0xf)
#define ZCR_LEN_ALL UINT64_C(0xf) /* as long vectors as the processor has */

/* SVE too where there is any: a module may be compiled for it. */
static void start_floating_point(void) {
  bool sve = ID_AA64PFR0_SVE(SYSREG_READ(id_aa64pfr0_el1)) != 0;
  SYSREG_WRITE(cpacr_el1, CPACR_FPEN | (sve ? CPACR_ZEN : 0));
  __asm__ volatile("isb");
  if (sve) SYSREG_WRITE(s3_0_c1_c2_0, ZCR_LEN_ALL); /* ZCR_EL1, by its encoding: known to assemblers with SVE only */
  SYSREG_WRITE(fpcr, 0);
}

/* ---- counter ---- */

#define PMCR_E (UINT64_C(1) << 0)
#define PMCR_C (UINT64_C(1) << 2)  /* starts from 0 */
#define PMCR_LC (UINT64_C(1) << 6) /* 64 bits long */
#define PMCNTENSET_C (UINT64_C(1) << 31)

const char board_counter_unit[] = "instructions";

static void start_counter(void) {
  SYSREG_WRITE(pmccfiltr_el0, 0); /* counts at every level, EL1 among them */
  SYSREG_WRITE(pmcntenset_el0, PMCNTENSET_C);
  SYSREG_WRITE(pmcr_el0, PMCR_LC | PMCR_C | PMCR_E);
  __asm__ volatile("isb");
}

uint64_t board_counter(void) {
  __asm__ volatile("isb" ::: "memory"); /* what precedes has been counted */
  return SYSREG_READ(pmccntr_el0);
}

/* ---- code ---- */

/* CTR_EL0: DminLine and IminLine are log2 of words; their bits IDC and DIC say which half is not needed. */
#define CTR_IMIN_LINE(ctr) ((ctr) & 0xf)
#define CTR_DMIN_LINE(ctr) ((ctr) >> 16 & 0xf)
#define CTR_IDC (UINT64_C(1) << 28) /* instructions see data that is not cleaned */
#define CTR_DIC (UINT64_C(1) << 29) /* instruction caches see data */

void board_sync_code(uintptr_t at, size_t bytes) {
  uint64_t ctr = SYSREG_READ(ctr_el0);
  uintptr_t data_line = (uintptr_t)4 << CTR_DMIN_LINE(ctr), code_line = (uintptr_t)4 << CTR_IMIN_LINE(ctr);
  uintptr_t end = at + bytes;
  if (!(ctr & CTR_IDC))
    for (uintptr_t line = at & -data_line; line < end; line += data_line)
      __asm__ volatile("dc cvau, %0" ::"r"(line) : "memory");
  __asm__ volatile("dsb ish" ::: "memory");
  if (!(ctr & CTR_DIC))
    for (uintptr_t line = at & -code_line; line < end; line += code_line)
      __asm__ volatile("ic ivau, %0" ::"r"(line) : "memory");
  __asm__ volatile("dsb ish\n\tisb" ::: "memory");
}

/* ---- seed and thread ---- */

#define ID_AA64ISAR0_RNDR(value) ((value) >> 60 & 0xf)

/* RNDR (s3_3_c2_c4_0) sets Z where it has no number to give: then what it gave is 0. */
static uint64_t random_number(void) {
  uint64_t number = 0;
  if (ID_AA64ISAR0_RNDR(SYSREG_READ(id_aa64isar0_el1)))
    __asm__ volatile("mrs %0, s3_3_c2_c4_0" : "=r"(number)::"cc");
  return number;
}

uint64_t board_seed(void) { return mix(mix(seed_of_device_tree() ^ random_number()) ^ board_counter()); }

/* Compiled code of Linux reads __stack_chk_guard for the canary. Android's slot behind the thread pointer is not kept free: there lie
 * thread-local variables (AAELF64 "Thread Local Storage", variant I: two words, then the first block). */
void board_thread(uintptr_t pointer, uintptr_t canary) {
  (void)canary;
  SYSREG_WRITE(tpidr_el0, pointer);
}

/* ---- exceptions ---- */

/* ESR_EL1: exception class, and in the syndrome of a data abort whether it was a write, and if FAR is not valid. */
#define ESR_EC(esr) ((unsigned)((esr) >> 26 & 0x3f))
#define ESR_WNR (UINT64_C(1) << 6)
#define ESR_FNV (UINT64_C(1) << 10)
enum {
  EC_SVC = 0x15,
  EC_INSTRUCTION_ABORT = 0x21,
  EC_PC_ALIGNMENT = 0x22,
  EC_DATA_ABORT = 0x25,
};

static const struct words class_words[] = {
  {0x00, WORDS_EXACT, "undefined instruction"},
  {0x01, WORDS_EXACT, "trapped WFI or WFE"},
  {0x07, WORDS_EXACT, "access to SVE, Advanced SIMD or floating-point"},
  {0x0d, WORDS_EXACT, "branch target exception"},
  {0x0e, WORDS_EXACT, "illegal execution state"},
  {EC_SVC, WORDS_EXACT, "SVC instruction"},
  {0x16, WORDS_EXACT, "HVC instruction"},
  {0x17, WORDS_EXACT, "SMC instruction"},
  {0x18, WORDS_EXACT, "trapped MSR, MRS or system instruction"},
  {0x19, WORDS_EXACT, "access to SVE"},
  {0x1c, WORDS_EXACT, "pointer authentication failure"},
  {0x1d, WORDS_EXACT, "access to SME"},
  {EC_INSTRUCTION_ABORT, WORDS_EXACT, "instruction abort"},
  {EC_PC_ALIGNMENT, WORDS_EXACT, "PC alignment fault"},
  {EC_DATA_ABORT, WORDS_EXACT, "data abort"},
  {0x26, WORDS_EXACT, "SP alignment fault"},
  {0x2c, WORDS_EXACT, "floating-point exception"},
  {0x2f, WORDS_EXACT, "SError"},
  {0x31, WORDS_EXACT, "breakpoint"},
  {0x33, WORDS_EXACT, "software step"},
  {0x35, WORDS_EXACT, "watchpoint"},
  {0x3c, WORDS_EXACT, "BRK instruction"},
  WORDS_OTHERWISE("exception of an unknown class"),
};

/* Vectors come in groups of four: from EL1 on SP_EL0, from EL1 on SP_EL1, from EL0. */
enum { VECTOR_KINDS = 4, VECTOR_SYNCHRONOUS = 0 };
static const char *const vector_words[VECTOR_KINDS] = {"synchronous", "IRQ", "FIQ", "SError"};

static struct trap trap_of_synchronous(uint64_t esr, uintptr_t pc) {
  struct trap trap = {words_of(class_words, ESR_EC(esr)), pc, pc, esr};
  switch (ESR_EC(esr)) {
  case EC_INSTRUCTION_ABORT: trap.cause = cause_of(trap.cause, (unsigned)esr); break;
  case EC_DATA_ABORT:
    trap.cause = cause_of(esr & ESR_WNR ? "data abort on write" : "data abort on read", (unsigned)esr);
    if (!(esr & ESR_FNV)) trap.address = SYSREG_READ(far_el1);
    break;
  case EC_SVC: trap.pc = trap.address = pc - 4; break; /* ELR is where SVC would return to */
  default: break;
  }
  return trap;
}

_Noreturn void board_trap(unsigned vector);
_Noreturn void board_trap(unsigned vector) {
  if (vector >= VECTOR_KINDS) board_off(false); /* in the report of a trap: there is nothing more to say */
  uint64_t esr = SYSREG_READ(esr_el1);
  uintptr_t pc = SYSREG_READ(elr_el1);
  struct trap trap = {vector_words[vector % VECTOR_KINDS], pc, pc, esr};
  if (vector == VECTOR_SYNCHRONOUS) trap = trap_of_synchronous(esr, pc);
  trap_report(&trap);
}

/* ---- start ---- */

extern const char board_vectors[];

_Noreturn void board_start(void);
_Noreturn void board_start(void) {
  SYSREG_WRITE(vbar_el1, (uintptr_t)board_vectors);
  __asm__ volatile("msr daifset, #0xb\n\tmsr daifclr, #4\n\tisb"); /* D, I, F masked; SError reported */
  start_floating_point();
  start_translation();
  open_uart();
  start_counter();
  image_main();
}
