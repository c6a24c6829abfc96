/* What the processor can do, read from its identification registers (ARM DDI 0406 B4.1, B6.1) and said as Linux says it
 * (asm/hwcap.h). */
#include "board.h"

enum {
  HWCAP_HALF = 1 << 1,
  HWCAP_THUMB = 1 << 2,
  HWCAP_FAST_MULT = 1 << 4,
  HWCAP_VFP = 1 << 6,
  HWCAP_EDSP = 1 << 7,
  HWCAP_NEON = 1 << 12,
  HWCAP_VFPV3 = 1 << 13,
  HWCAP_VFPV3D16 = 1 << 14,
  HWCAP_TLS = 1 << 15,
  HWCAP_VFPV4 = 1 << 16,
  HWCAP_IDIVA = 1 << 17,
  HWCAP_IDIVT = 1 << 18,
  HWCAP_VFPD32 = 1 << 19,
  HWCAP_LPAE = 1 << 20,
  /* What every ARMv7-A has. */
  HWCAP_ALWAYS = HWCAP_HALF | HWCAP_THUMB | HWCAP_FAST_MULT | HWCAP_EDSP | HWCAP_TLS
};

enum source { ISAR0, MMFR0, MVFR0, MVFR1, SOURCES };

/* A field of four bits; the capability is there if it is at least so large. */
static const struct {
  uint8_t source, shift, least;
  uint32_t hwcap;
} fields[] = {
  {ISAR0, 24, 1, HWCAP_IDIVT}, {ISAR0, 24, 2, HWCAP_IDIVA}, {MMFR0, 0, 5, HWCAP_LPAE},
  {MVFR0, 4, 1, HWCAP_VFP},    {MVFR0, 4, 2, HWCAP_VFPV3},  {MVFR0, 0, 2, HWCAP_VFPD32},
  {MVFR1, 8, 1, HWCAP_NEON},   {MVFR1, 28, 1, HWCAP_VFPV4},
};

struct hwcap board_hwcap(void) {
  uint32_t values[SOURCES], can = HWCAP_ALWAYS;
  __asm__("mrc p15, 0, %0, c0, c2, 0" : "=r"(values[ISAR0]));
  __asm__("mrc p15, 0, %0, c0, c1, 4" : "=r"(values[MMFR0]));
  __asm__("vmrs %0, mvfr0" : "=r"(values[MVFR0]));
  __asm__("vmrs %0, mvfr1" : "=r"(values[MVFR1]));
  for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++) {
    if ((values[fields[i].source] >> fields[i].shift & 15) >= fields[i].least) can |= fields[i].hwcap;
  }
  if ((can & (HWCAP_VFPV3 | HWCAP_VFPD32)) == HWCAP_VFPV3) can |= HWCAP_VFPV3D16;
  return (struct hwcap){can, 0};
}
