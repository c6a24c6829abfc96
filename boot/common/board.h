/* What a boot folder gives the bare-metal host. One implementation a machine, in boot/<machine>/.
 *
 * The boot code brings the machine to this state, then calls image_main() on a stack of at least 64 KiB:
 * paging and caches on, floating point on, interrupts off, every exception caught; the image's own text is
 * executable and not writable, its constants read-only, its data not executable; all of board_ram() is mapped
 * to itself, readable and writable; devices are mapped outside of MODULE_LOW..MODULE_HIGH, a range of virtual
 * addresses that is left unmapped for executables that are linked at a fixed address. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "hwcap.h"

#define MODULE_LOW 0x10000u
#define MODULE_HIGH 0x4000000u

enum { PF_X = 1, PF_W = 2, PF_R = 4 }; /* gABI 5.1 "Segment Permissions" */

struct span {
  uintptr_t start;
  size_t bytes;
};

/* Sends one byte on the serial line. */
void board_put(char c);

/* Ends the emulation (or powers the machine off); good is told as far as the machine can tell it. */
_Noreturn void board_off(bool good);

/* Instructions executed, as near as the machine counts them; board_counter_unit says what a step is. */
uint64_t board_counter(void);
extern const char board_counter_unit[];

/* RAM for modules and heaps: page-aligned, apart from the image, its stack, its page tables and the payload. */
struct span board_ram(void);

/* Where QEMU put the payload (a cpio archive); .bytes is the room up to the end of RAM. */
struct span board_payload(void);

/* Maps [at, at+bytes) to physical memory from `frames` on, with permissions prot; prot 0 unmaps.
 * All three are multiples of BOARD_PAGE_BYTES. Translations are coherent on return. false: no memory for tables. */
bool board_map(uintptr_t at, uintptr_t frames, size_t bytes, unsigned prot);

/* Makes what was written in [at, at+bytes) fetchable as instructions. */
void board_sync_code(uintptr_t at, size_t bytes);

/* Something that differs from boot to boot, for the stack protector's canary. */
uint64_t board_seed(void);

/* Sets the thread pointer, and writes the words around it that the machine's ABIs give a meaning: compiled code finds `canary` where
 * it looks. At most 64 bytes below and 128 above are written, above only where TLS lies below (machine.h). */
void board_thread(uintptr_t pointer, uintptr_t canary);

/* ---- what the bare-metal host gives the boot code ---- */

/* The program. Returns never. */
_Noreturn void image_main(void);

/* Reports an exception on the serial line, then board_off(false). The boot code calls it on a stack of its own. */
struct trap {
  const char *cause;  /* e.g. "store page fault": the architecture's own words */
  uintptr_t pc;       /* of the instruction that trapped */
  uintptr_t address;  /* that it touched; pc where the cause has no address */
  uintptr_t syndrome; /* the machine's cause register */
};
_Noreturn void trap_report(const struct trap *trap);
