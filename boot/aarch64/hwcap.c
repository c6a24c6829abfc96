/* What the processor can do, read from its identification registers (ARM DDI 0487 D19.2) and said as Linux says it
 * (Documentation/arm64/elf_hwcaps.rst). What is off here is not said: SME, MTE, pointer authentication. */
#include "board.h"

#define FIELDS_OF(register, ...)                                         \
  do {                                                                   \
    uint64_t value_;                                                     \
    __asm__("mrs %0, " register : "=r"(value_));                         \
    static const struct field fields_[] = {__VA_ARGS__};                 \
    add(can, value_, fields_, sizeof fields_ / sizeof *fields_);         \
  } while (0)

/* A field of four bits; the capability is there if it is at least so large. Bits from 64 on are those of AT_HWCAP2. */
struct field {
  uint8_t shift;
  int8_t least; /* below 1: the field is signed */
  uint8_t hwcap;
};
enum { SECOND = 64 };

static void add(struct hwcap *can, uint64_t value, const struct field *fields, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int field = (int)(value >> fields[i].shift & 15);
    if (fields[i].least < 1 && field > 7) field -= 16;
    if (field < fields[i].least) continue;
    if (fields[i].hwcap < SECOND) can->first |= UINT64_C(1) << fields[i].hwcap;
    else can->second |= UINT64_C(1) << (fields[i].hwcap - SECOND);
  }
}

enum { HWCAP_CPUID = 11, HWCAP_SVE = 22 };

static void add_all(struct hwcap *can) {
  FIELDS_OF("id_aa64pfr0_el1", {16, 0, 0} /* FP */, {20, 0, 1} /* ASIMD */, {16, 1, 9} /* FPHP */, {20, 1, 10} /* ASIMDHP */,
            {32, 1, HWCAP_SVE}, {48, 1, 24} /* DIT */);
  FIELDS_OF("id_aa64pfr1_el1", {4, 2, 28} /* SSBS */);
  FIELDS_OF("id_aa64isar0_el1", {4, 1, 3} /* AES */, {4, 2, 4} /* PMULL */, {8, 1, 5} /* SHA1 */, {12, 1, 6} /* SHA2 */,
            {16, 1, 7} /* CRC32 */, {20, 2, 8} /* ATOMICS */, {28, 1, 12} /* ASIMDRDM */, {32, 1, 17} /* SHA3 */,
            {36, 1, 18} /* SM3 */, {40, 1, 19} /* SM4 */, {44, 1, 20} /* ASIMDDP */, {12, 2, 21} /* SHA512 */,
            {48, 1, 23} /* ASIMDFHM */, {52, 1, 27} /* FLAGM */, {52, 2, SECOND + 7} /* FLAGM2 */, {60, 1, SECOND + 16} /* RNG */);
  FIELDS_OF("id_aa64isar1_el1", {12, 1, 13} /* JSCVT */, {16, 1, 14} /* FCMA */, {20, 1, 15} /* LRCPC */, {0, 1, 16} /* DCPOP */,
            {20, 2, 26} /* ILRCPC */, {36, 1, 29} /* SB */, {0, 2, SECOND + 0} /* DCPODP */, {32, 1, SECOND + 8} /* FRINT */,
            {52, 1, SECOND + 13} /* I8MM */, {44, 1, SECOND + 14} /* BF16 */, {48, 1, SECOND + 15} /* DGH */);
  FIELDS_OF("s3_0_c0_c7_2" /* id_aa64mmfr2_el1 */, {32, 1, 25} /* USCAT */);
  if (can->first & UINT64_C(1) << HWCAP_SVE) {
    FIELDS_OF("s3_0_c0_c4_4" /* id_aa64zfr0_el1 */, {0, 1, SECOND + 1} /* SVE2 */, {4, 1, SECOND + 2} /* SVEAES */,
              {4, 2, SECOND + 3} /* SVEPMULL */, {16, 1, SECOND + 4} /* SVEBITPERM */, {32, 1, SECOND + 5} /* SVESHA3 */,
              {40, 1, SECOND + 6} /* SVESM4 */, {44, 1, SECOND + 9} /* SVEI8MM */, {52, 1, SECOND + 10} /* SVEF32MM */,
              {56, 1, SECOND + 11} /* SVEF64MM */, {20, 1, SECOND + 12} /* SVEBF16 */);
  }
}

struct hwcap board_hwcap(void) {
  struct hwcap can = {UINT64_C(1) << HWCAP_CPUID, 0}; /* the registers above may be read: this is EL1 */
  add_all(&can);
  return can;
}
