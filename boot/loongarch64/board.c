/* LoongArch, 64 bit, on QEMU's "virt": what board.h asks.
 *
 * Peculiarities of the machine:
 * - the TLB is filled by software (start.S) from tables of four levels, which cover all 48 bits of an address, so that
 *   no wild address is taken for another one. A directory entry cannot say "nothing here": it leads to a shared table
 *   whose pages are invalid.
 * - pages are 16 KiB throughout (machine.h says why); all of RAM takes 6 tables, and nothing is ever split.
 * - the TLB keeps invalid pages too, so it is told of every change, also from unmapped to mapped.
 * - devices lie above RAM and are mapped at their physical addresses.
 * - QEMU 7.2 hangs, deaf to all but SIGKILL, when it fetches from a page that the TLB holds as valid and NX. The
 *   refill handler avoids it for pages that the TLB does not hold; one that was just written as data does hang it.
 * - power off always ends QEMU with status 0; failure is told through the pvpanic device, where there is one.
 * - QEMU 7.2 has no LSX; machine.json turns it off.
 *
 * Sections cite the LoongArch reference manual, volume 1, v1.00. */
#include "board.h"
#include "machine.h"
#include "mix.h"
#include "ns16550.h"

/* ---- the memory map (QEMU hw/loongarch/virt.c, hw/pci-host/ls7a.h) ---- */

#define RTC 0x100d0000u /* its registers start at 0x100 in this page */
#define POWER 0x100e0000u
#define UART 0x1fe00000u
#define PCI_CONFIG 0x20000000u
#define PCI_MEMORY 0x40000000u

enum { RTC_OFFSET = 0x100, POWER_OFFSET = 0x1c, UART_OFFSET = 0x1e0 };

extern char image_text_start[], image_text_end[], image_rodata_start[], image_rodata_end[];
extern char image_data_start[], image_data_end[], image_end[];
extern char image_stack_guard_start[], image_stack_guard_end[];
extern char image_trap_stack_guard_start[], image_trap_stack_guard_end[];

/* Control and status registers (7.1, table 7-1). */
enum csr {
  CSR_CRMD = 0x0,
  CSR_ESTAT = 0x5,
  CSR_ERA = 0x6,
  CSR_BADV = 0x7,
  CSR_ASID = 0x18,
  CSR_PGDL = 0x19,
  CSR_PGDH = 0x1a,
  CSR_PWCL = 0x1c,
  CSR_PWCH = 0x1d,
  CSR_STLBPS = 0x1e,
  CSR_TLBREHI = 0x8e
};

#define csr_read(csr) \
  ({ \
    uint64_t csr_value; \
    __asm__ volatile("csrrd %0, %1" : "=r"(csr_value) : "i"(csr)); \
    csr_value; \
  })

#define csr_write(csr, value) \
  do { \
    uint64_t csr_value = (value); /* the instruction exchanges: it gives the old value back */ \
    __asm__ volatile("csrwr %0, %1" : "+r"(csr_value) : "i"(csr) : "memory"); \
  } while (0)

/* ---- serial line, spans ---- */

void board_put(char c) { ns16550_put(UART + UART_OFFSET, c); }

struct span board_ram(void) {
  uintptr_t start = (uintptr_t)image_end;
  return (struct span){start, BOARD_PAYLOAD - start};
}

struct span board_payload(void) { return (struct span){BOARD_PAYLOAD, BOARD_RAM_HIGH - BOARD_PAYLOAD}; }

/* ---- power ---- */

/* ACPI's sleep control register (ACPI 6.4, 4.8.3.7): SLP_EN, and sleep type 5. */
enum { SLEEP_ENABLE = 1 << 5, SLEEP_TYPE_S5 = 5 << 2 };

/* QEMU's pvpanic, a PCI function in the slot that machine.json gives it (QEMU docs/specs/pvpanic.txt). */
enum {
  PANIC_SLOT = 0x10,
  PCI_SLOT_SHIFT = 15, /* PCI Express 5.0, 7.2.2: a bus has 32 slots of 8 functions of 4 KiB */
  PCI_ID = 0 / 4,
  PCI_COMMAND = 4 / 4,
  PCI_BAR0 = 0x10 / 4,
  PCI_COMMAND_MEMORY = 1 << 1,
  PANIC_ID = 0x00111b36, /* device 0x0011 of vendor 0x1b36 */
  PANIC_PANICKED = 1 << 0
};

#define PANIC_CONFIG (PCI_CONFIG + (PANIC_SLOT << PCI_SLOT_SHIFT))

static void panic(void) {
  volatile uint32_t *config = (volatile uint32_t *)(uintptr_t)PANIC_CONFIG;
  if (config[PCI_ID] != PANIC_ID) return;
  config[PCI_BAR0] = PCI_MEMORY;
  config[PCI_COMMAND] = PCI_COMMAND_MEMORY;
  *(volatile uint8_t *)(uintptr_t)PCI_MEMORY = PANIC_PANICKED;
}

_Noreturn void board_off(bool good) {
  ns16550_drain(UART + UART_OFFSET);
  if (!good) panic();
  *(volatile uint8_t *)(uintptr_t)(POWER + POWER_OFFSET) = SLEEP_ENABLE | SLEEP_TYPE_S5;
  for (;;) {
  }
}

/* ---- counter and seed ---- */

/* The stable counter (2.2.10.4) runs at 100 MHz; with -icount shift=0 an instruction takes a nanosecond. */
enum { INSTRUCTIONS_PER_TICK = 10 };

const char board_counter_unit[] = "instructions, 10 at a time";

uint64_t board_counter(void) {
  uint64_t ticks;
  __asm__ volatile("rdtime.d %0, $zero" : "=r"(ticks));
  return ticks * INSTRUCTIONS_PER_TICK;
}

/* The RTC of the LS7A bridge (Loongson 7A1000 user manual, chapter 22) counts the host's time at 32 kHz. */
enum {
  RTC_CONTROL = 0x40 / 4,
  RTC_COUNT = 0x68 / 4,
  RTC_CONTROL_OSCILLATOR = 1 << 8,
  RTC_CONTROL_COUNT = 1 << 13
};

uint64_t board_seed(void) {
  volatile uint32_t *rtc = (volatile uint32_t *)(uintptr_t)(RTC + RTC_OFFSET);
  rtc[RTC_CONTROL] = RTC_CONTROL_OSCILLATOR | RTC_CONTROL_COUNT;
  uint64_t now = rtc[RTC_COUNT];
  rtc[RTC_CONTROL] = 0;
  return mix(now + mix(board_counter()));
}

/* ---- thread pointer ---- */

/* LoongArch's ABI has no canary there: compilers read __stack_chk_guard. $tp points to the first local-exec variable
 * (ELF psABI for LoongArch, TLS variant I). */
void board_thread(uintptr_t pointer, uintptr_t canary) {
  (void)canary;
  __asm__ volatile("move $tp, %0" ::"r"(pointer) : "memory");
}

/* ---- what the processor can do (2.2.10.5 "CPUCFG", table 2-7) ---- */

/* The bit of a configuration word, and the one of Linux's AT_HWCAP (asm/hwcap.h). The vectors, LSX and LASX, are off. */
static const struct {
  uint8_t word, bit, hwcap;
} capabilities[] = {
  {2, 22, 1}, /* LAM: atomic memory operations */
  {1, 20, 2}, /* UAL: unaligned addresses */
  {2, 0, 3},  /* FPU */
  {1, 25, 6}, /* CRC32 */
};
enum { HWCAP_CPUCFG = 1 << 0 };

struct hwcap board_hwcap(void) {
  struct hwcap can = {HWCAP_CPUCFG, 0};
  for (unsigned i = 0; i < sizeof capabilities / sizeof *capabilities; i++) {
    uint64_t word;
    __asm__("cpucfg %0, %1" : "=r"(word) : "r"((uint64_t)capabilities[i].word));
    if (word >> capabilities[i].bit & 1) can.first |= UINT64_C(1) << capabilities[i].hwcap;
  }
  return can;
}

/* ---- page tables (5.4.5 "Multi-level page table structure supported by page walking", figure 5-6) ---- */

typedef uint64_t pte;

#define PTE_V ((pte)1 << 0)
#define PTE_D ((pte)1 << 1) /* dirty: without it, a store traps */
#define PTE_MAT(type) ((pte)(type) << 4)
#define PTE_NR ((pte)1 << 61)
#define PTE_NX ((pte)1 << 62)

/* 5.2: memory access types. */
enum memory { MEMORY_DEVICE = 0, MEMORY_CACHED = 1 };

enum {
  PAGE_SHIFT = 14,
  INDEX_BITS = 11,
  ENTRIES = 1 << INDEX_BITS,
  LEVELS = 4, /* three cover the 47 bits below the sign; the fourth tells addresses with bit 47 from those without */
  TOP = LEVELS - 1
};

_Static_assert(1 << PAGE_SHIFT == BOARD_PAGE_BYTES && ENTRIES * sizeof(pte) == BOARD_PAGE_BYTES, "a table is a page");

#define SHIFT_OF(level) (PAGE_SHIFT + INDEX_BITS * (level))

/* Every table that can ever be needed: pages for all addresses below the end of RAM and for four ranges of devices
 * above, each in 32 MiB of its own (the RTC and the power register share one), one directory for each level above;
 * and the shared tables of invalid pages. */
enum { DEVICE_RANGES = 4, TABLE_COUNT = (BOARD_RAM_HIGH >> SHIFT_OF(1)) + DEVICE_RANGES + TOP + LEVELS };

static pte tables[TABLE_COUNT][ENTRIES] __attribute__((section(".tables"), aligned(BOARD_PAGE_BYTES)));
static unsigned tables_taken;

/* By level: the table where nothing is mapped; and the root of what is. */
static pte *empty[LEVELS];
static pte *root;

/* The pool is not part of .bss, so that only tables that are used cost time. */
static pte *new_table(unsigned level) {
  if (tables_taken == TABLE_COUNT) return NULL;
  volatile pte *table = tables[tables_taken++];
  pte nothing = level ? (pte)empty[level - 1] : 0;
  for (unsigned i = 0; i < ENTRIES; i++) table[i] = nothing;
  return (pte *)table;
}

static pte *slot_of(pte *table, unsigned level, uintptr_t at) {
  return &table[at >> SHIFT_OF(level) & (ENTRIES - 1)];
}

/* The entry of a page, with the tables above it; NULL if there is no room for one of them. */
static pte *slot_of_page(uintptr_t at) {
  pte *table = root;
  for (unsigned level = TOP; level > 0; level--) {
    pte *slot = slot_of(table, level, at);
    if (*slot == (pte)empty[level - 1]) {
      pte *below = new_table(level - 1);
      if (!below) return NULL;
      *slot = (pte)below;
    }
    table = (pte *)*slot;
  }
  return slot_of(table, 0, at);
}

/* Whether the tables have a page there, whatever the TLB was given. */
static bool is_mapped(uintptr_t at) {
  const pte *table = at >> 63 ? empty[TOP] : root;
  for (unsigned level = TOP; level > 0; level--) table = (const pte *)*slot_of((pte *)table, level, at);
  return *slot_of((pte *)table, 0, at) & PTE_V;
}

static pte bits_of(unsigned prot, enum memory memory) {
  if (!prot) return 0;
  pte bits = PTE_V | PTE_MAT(memory);
  if (prot & PF_W) bits |= PTE_D;
  if (!(prot & PF_R)) bits |= PTE_NR;
  if (!(prot & PF_X)) bits |= PTE_NX;
  return bits;
}

static bool map(uintptr_t at, uintptr_t frames, size_t bytes, pte bits) {
  while (bytes) {
    pte *slot = slot_of_page(at);
    if (!slot) return false;
    do { /* the rest of this table */
      *slot++ = bits ? frames | bits : 0;
      at += BOARD_PAGE_BYTES;
      frames += BOARD_PAGE_BYTES;
      bytes -= BOARD_PAGE_BYTES;
    } while (bytes && at >> PAGE_SHIFT & (ENTRIES - 1));
  }
  return true;
}

/* 4.2.4.7: operation 0 drops the whole TLB; the barrier (2.2.8.1) lets the refill see the stores before it. */
static void forget_translations(void) { __asm__ volatile("dbar 0\n\tinvtlb 0, $zero, $zero" ::: "memory"); }

bool board_map(uintptr_t at, uintptr_t frames, size_t bytes, unsigned prot) {
  bool mapped = map(at, frames, bytes, bits_of(prot, MEMORY_CACHED));
  forget_translations();
  return mapped;
}

void board_sync_code(uintptr_t at, size_t bytes) {
  (void)at, (void)bytes;
  __asm__ volatile("ibar 0" ::: "memory"); /* 2.2.8.2: stores before it are seen by fetches after it */
}

static bool map_same(const char *start, const char *end, unsigned prot) {
  return map((uintptr_t)start, (uintptr_t)start, (size_t)(end - start), bits_of(prot, MEMORY_CACHED));
}

static bool map_device(uintptr_t physical) {
  return map(physical, physical, BOARD_PAGE_BYTES, bits_of(PF_R | PF_W, MEMORY_DEVICE));
}

static bool make_root(void) {
  for (unsigned level = 0; level < LEVELS; level++) empty[level] = new_table(level);
  return (root = new_table(TOP)) != NULL;
}

static bool map_machine(void) {
  return make_root() &&
         map_same((char *)(uintptr_t)BOARD_RAM_LOW, (char *)(uintptr_t)BOARD_RAM_HIGH, PF_R | PF_W) &&
         map_same(image_text_start, image_text_end, PF_R | PF_X) &&
         map_same(image_rodata_start, image_rodata_end, PF_R) &&
         map_same(image_data_start, image_data_end, PF_R | PF_W) &&
         map_same(image_stack_guard_start, image_stack_guard_end, 0) &&
         map_same(image_trap_stack_guard_start, image_trap_stack_guard_end, 0) &&
         map_device(RTC) && map_device(POWER) && map_device(UART) &&
         map_device(PANIC_CONFIG) && map_device(PCI_MEMORY);
}

/* 7.5.5, 7.5.6: where each level's index lies in an address. The fields of Dir2 are too small for ours, so the levels
 * above Dir1 are Dir3 and Dir4, in PWCH; the refill handler walks them in this order. */
#define PWCL_PT (PAGE_SHIFT | INDEX_BITS << 5)
#define PWCL_DIR1 (SHIFT_OF(1) << 10 | INDEX_BITS << 15)
#define PWCH_DIR3 (SHIFT_OF(2) | INDEX_BITS << 6)
#define PWCH_DIR4 (SHIFT_OF(3) << 12 | INDEX_BITS << 18)

/* 7.4.1: PLV 0, IE 0, PG 1 instead of DA. */
enum { CRMD_PG = 1 << 4 };

static void start_paging(void) {
  csr_write(CSR_PWCL, PWCL_PT | PWCL_DIR1);
  csr_write(CSR_PWCH, PWCH_DIR3 | PWCH_DIR4);
  csr_write(CSR_STLBPS, PAGE_SHIFT);
  csr_write(CSR_TLBREHI, PAGE_SHIFT); /* its low bits are the size of the pages that a refill fills in */
  csr_write(CSR_ASID, 0);
  csr_write(CSR_PGDL, (uint64_t)root);
  csr_write(CSR_PGDH, (uint64_t)empty[TOP]); /* addresses with the top bit set */
  forget_translations();
  csr_write(CSR_CRMD, CRMD_PG);
}

/* ---- exceptions (6.2.3, table 7-8) ---- */

static const struct {
  const char *cause;
  bool has_address; /* BADV is an address that was touched (7.4.8) */
} causes[] = {
  [0x0] = {"interrupt", false},
  [0x1] = {"page invalid, load", true},
  [0x2] = {"page invalid, store", true},
  [0x3] = {"page invalid, fetch", true},
  [0x4] = {"page modification", true},
  [0x5] = {"page non-readable", true},
  [0x6] = {"page non-executable", true},
  [0x7] = {"page privilege illegal", true},
  [0x8] = {"address error", true},
  [0x9] = {"address alignment", true},
  [0xa] = {"bound check", false},
  [0xb] = {"system call", false},
  [0xc] = {"breakpoint", false},
  [0xd] = {"instruction non-existent", false},
  [0xe] = {"instruction privilege error", false},
  [0xf] = {"floating point disabled", false},
  [0x10] = {"128-bit vectors disabled", false},
  [0x11] = {"256-bit vectors disabled", false},
  [0x12] = {"floating point", false},
};

enum { ESTAT_ECODE_SHIFT = 16, ESTAT_ECODE_MASK = 0x3f }; /* 7.4.6 */
enum { ECODE_PIF = 0x3, ECODE_PNX = 0x6 };

static unsigned ecode_of(uint64_t estat, uintptr_t pc) {
  unsigned ecode = estat >> ESTAT_ECODE_SHIFT & ESTAT_ECODE_MASK;
  if (ecode == ECODE_PIF && is_mapped(pc)) return ECODE_PNX; /* the refill handler made it invalid */
  return ecode;
}

_Noreturn void board_trap(void);
_Noreturn void board_trap(void) {
  static bool trapped;
  if (trapped) board_off(false); /* the report itself trapped: it would not come further a second time */
  trapped = true;
  uint64_t estat = csr_read(CSR_ESTAT), era = csr_read(CSR_ERA);
  struct trap trap = {"unknown cause", era, era, estat};
  unsigned ecode = ecode_of(estat, era);
  if (ecode < sizeof causes / sizeof *causes && causes[ecode].cause) {
    trap.cause = causes[ecode].cause;
    if (causes[ecode].has_address) trap.address = csr_read(CSR_BADV);
  }
  trap_report(&trap);
}

/* ---- from start.S, in direct address translation, on the image's stack ---- */

_Noreturn void board_start(void);
_Noreturn void board_start(void) {
  if (!map_machine()) board_off(false);
  start_paging();
  image_main();
}
