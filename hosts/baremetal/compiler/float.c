/* Floating point in integers, for code that is compiled without the machine's own: IEEE 754 single and double precision,
 * rounding to the nearest, ties to even. Numbers are passed as the integers of their bits, which is where such code has
 * them. Both precisions are computed in one form that is wider than either, and rounded once, when they are packed. */
#include <stdbool.h>
#include <stdint.h>

enum kind { ZERO, FINITE, INFINITE, NOT_A_NUMBER };

/* A finite number is sig * 2^(exponent - 63); bit 63 of sig is set. The low bits of sig are more than a packed number
 * has; bit 0 is also set if anything below it was lost, which is all that rounding needs to know of it. */
struct real {
  enum kind kind;
  bool negative;
  int exponent;
  uint64_t sig;
};

/* What tells the two formats apart: bits of the fraction, and of the exponent. */
struct format {
  int fraction, exponent;
};
static const struct format SINGLE = {23, 8}, DOUBLE = {52, 11};

static int bias_of(struct format f) { return (1 << (f.exponent - 1)) - 1; }
static int top_of(struct format f) { return (1 << f.exponent) - 1; }

static uint64_t shift_jam(uint64_t value, int by) {
  if (by == 0) return value;
  if (by > 63) return value != 0;
  return value >> by | (value << (64 - by) != 0);
}

static struct real normal(bool negative, int exponent, uint64_t sig) {
  if (sig == 0) return (struct real){ZERO, negative, 0, 0};
  int by = __builtin_clzll(sig);
  return (struct real){FINITE, negative, exponent - by, sig << by};
}

static struct real unpack(uint64_t bits, struct format f) {
  uint64_t fraction = bits & (((uint64_t)1 << f.fraction) - 1);
  int exponent = (int)(bits >> f.fraction) & top_of(f);
  bool negative = bits >> (f.fraction + f.exponent) & 1;
  if (exponent == top_of(f)) return (struct real){fraction ? NOT_A_NUMBER : INFINITE, negative, 0, 0};
  if (exponent == 0) exponent = 1;
  else fraction |= (uint64_t)1 << f.fraction;
  return normal(negative, exponent - bias_of(f), fraction << (63 - f.fraction));
}

static uint64_t pack(struct real r, struct format f) {
  uint64_t sign = (uint64_t)r.negative << (f.fraction + f.exponent), infinity = (uint64_t)top_of(f) << f.fraction;
  int biased = r.exponent + bias_of(f), drop = 63 - f.fraction;
  if (r.kind == ZERO) return sign;
  if (r.kind == NOT_A_NUMBER) return infinity | (uint64_t)1 << (f.fraction - 1);
  if (r.kind == INFINITE || biased >= top_of(f)) return sign | infinity;
  if (biased < 1) r.sig = shift_jam(r.sig, 1 - biased), biased = 1;
  uint64_t kept = r.sig >> drop, lost = r.sig << (64 - drop), half = (uint64_t)1 << 63;
  kept += lost > half || (lost == half && kept & 1);
  /* The leading one of kept, if it is still there, is what makes the exponent field of a normal number one more. */
  return sign | (((uint64_t)(biased - 1) << f.fraction) + kept);
}

static struct real nan_real(void) { return (struct real){NOT_A_NUMBER, false, 0, 0}; }

static struct real add(struct real a, struct real b) {
  if (a.kind == NOT_A_NUMBER || b.kind == NOT_A_NUMBER) return nan_real();
  if (a.kind == INFINITE) return b.kind == INFINITE && a.negative != b.negative ? nan_real() : a;
  if (b.kind == INFINITE) return b;
  if (a.kind == ZERO && b.kind == ZERO) return a.negative == b.negative ? a : (struct real){ZERO, false, 0, 0};
  if (a.kind == ZERO) return b;
  if (b.kind == ZERO) return a;
  if (a.exponent < b.exponent || (a.exponent == b.exponent && a.sig < b.sig)) {
    struct real c = a;
    a = b, b = c;
  }
  uint64_t x = a.sig >> 1, y = shift_jam(b.sig >> 1, a.exponent - b.exponent);
  if (a.negative == b.negative) return normal(a.negative, a.exponent + 1, x + y);
  return x == y ? (struct real){ZERO, false, 0, 0} : normal(a.negative, a.exponent + 1, x - y);
}

static struct real negated(struct real a) {
  a.negative = !a.negative;
  return a;
}

static struct real multiply(struct real a, struct real b) {
  bool negative = a.negative != b.negative;
  if (a.kind == NOT_A_NUMBER || b.kind == NOT_A_NUMBER) return nan_real();
  if (a.kind == INFINITE || b.kind == INFINITE) {
    return a.kind == ZERO || b.kind == ZERO ? nan_real() : (struct real){INFINITE, negative, 0, 0};
  }
  if (a.kind == ZERO || b.kind == ZERO) return (struct real){ZERO, negative, 0, 0};
  uint64_t al = (uint32_t)a.sig, ah = a.sig >> 32, bl = (uint32_t)b.sig, bh = b.sig >> 32;
  uint64_t middle = ah * bl + (al * bl >> 32), cross = al * bh + (uint32_t)middle;
  uint64_t high = ah * bh + (middle >> 32) + (cross >> 32), low = cross << 32 | (uint32_t)(al * bl);
  return normal(negative, a.exponent + b.exponent + 1, high | (low != 0));
}

static struct real divide(struct real a, struct real b) {
  bool negative = a.negative != b.negative;
  if (a.kind == NOT_A_NUMBER || b.kind == NOT_A_NUMBER || (a.kind == b.kind && a.kind != FINITE)) return nan_real();
  if (a.kind == INFINITE || b.kind == ZERO) return (struct real){INFINITE, negative, 0, 0};
  if (a.kind == ZERO || b.kind == INFINITE) return (struct real){ZERO, negative, 0, 0};
  uint64_t rest = a.sig, q = 0;
  for (int bit = 0; bit < 64; bit++) {
    bool carry = bit > 0 && rest >> 63;
    if (bit > 0) rest <<= 1;
    q <<= 1;
    if (carry || rest >= b.sig) rest -= b.sig, q |= 1;
  }
  return normal(negative, a.exponent - b.exponent, q | (rest != 0));
}

/* -1, 0, 1; 2: they are not ordered. */
static int compare(struct real a, struct real b) {
  if (a.kind == NOT_A_NUMBER || b.kind == NOT_A_NUMBER) return 2;
  if (a.kind == ZERO && b.kind == ZERO) return 0;
  int sign_a = a.kind == ZERO ? 0 : a.negative ? -1 : 1, sign_b = b.kind == ZERO ? 0 : b.negative ? -1 : 1;
  if (sign_a != sign_b) return sign_a < sign_b ? -1 : 1;
  int larger = a.kind != b.kind          ? (a.kind == INFINITE ? 1 : -1)
               : a.exponent != b.exponent ? (a.exponent > b.exponent ? 1 : -1)
                                          : (a.sig > b.sig) - (a.sig < b.sig);
  return a.kind == INFINITE && b.kind == INFINITE ? 0 : larger * sign_a;
}

static struct real from_unsigned(uint64_t value) { return normal(false, 63, value); }

static struct real from_signed(int64_t value) {
  return normal(value < 0, 63, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

/* The integer part. What does not fit becomes the nearest that does; what is no number becomes the largest. */
static uint64_t to_unsigned(struct real r, uint64_t most) {
  if (r.kind == NOT_A_NUMBER) return most;
  if (r.negative || r.kind == ZERO) return 0;
  if (r.kind == INFINITE || r.exponent > 63) return most;
  uint64_t value = r.exponent < 0 ? 0 : r.sig >> (63 - r.exponent);
  return value > most ? most : value;
}

static int64_t to_signed(struct real r, uint64_t most) {
  if (!r.negative || r.kind == NOT_A_NUMBER) return (int64_t)to_unsigned(r, most);
  r.negative = false;
  return (int64_t)(0 - to_unsigned(r, most + 1));
}

/* ---- the functions, by libgcc's names behind soft_: "Soft float library routines" ---- */

#define ROUTINES(x, bits, format)                                                                                         \
  bits soft_add##x##3(bits a, bits b) { return (bits)pack(add(unpack(a, format), unpack(b, format)), format); }           \
  bits soft_sub##x##3(bits a, bits b) { return (bits)pack(add(unpack(a, format), negated(unpack(b, format))), format); }  \
  bits soft_rsub##x##3(bits a, bits b) { return soft_sub##x##3(b, a); }                                                   \
  bits soft_mul##x##3(bits a, bits b) { return (bits)pack(multiply(unpack(a, format), unpack(b, format)), format); }      \
  bits soft_div##x##3(bits a, bits b) { return (bits)pack(divide(unpack(a, format), unpack(b, format)), format); }        \
  bits soft_neg##x##2(bits a) { return a ^ (bits)1 << (sizeof a * 8 - 1); }                                               \
  int soft_le##x##2(bits a, bits b) { return compare(unpack(a, format), unpack(b, format)); }                             \
  int soft_ge##x##2(bits a, bits b) {                                                                                     \
    int order = soft_le##x##2(a, b);                                                                                      \
    return order == 2 ? -1 : order;                                                                                       \
  }                                                                                                                       \
  int soft_unord##x##2(bits a, bits b) { return soft_le##x##2(a, b) == 2; }                                               \
  int soft_iseq##x(bits a, bits b) { return soft_le##x##2(a, b) == 0; }                                                   \
  int soft_islt##x(bits a, bits b) { return soft_le##x##2(a, b) == -1; }                                                  \
  int soft_isle##x(bits a, bits b) { return soft_le##x##2(a, b) <= 0; }                                                   \
  int soft_isge##x(bits a, bits b) { return soft_ge##x##2(a, b) >= 0; }                                                   \
  int soft_isgt##x(bits a, bits b) { return soft_ge##x##2(a, b) == 1; }                                                   \
  int32_t soft_fix##x##si(bits a) { return (int32_t)to_signed(unpack(a, format), INT32_MAX); }                            \
  int64_t soft_fix##x##di(bits a) { return to_signed(unpack(a, format), INT64_MAX); }                                     \
  uint32_t soft_fixuns##x##si(bits a) { return (uint32_t)to_unsigned(unpack(a, format), UINT32_MAX); }                    \
  uint64_t soft_fixuns##x##di(bits a) { return to_unsigned(unpack(a, format), UINT64_MAX); }                              \
  bits soft_floatsi##x(int32_t value) { return (bits)pack(from_signed(value), format); }                                  \
  bits soft_floatdi##x(int64_t value) { return (bits)pack(from_signed(value), format); }                                  \
  bits soft_floatunsi##x(uint32_t value) { return (bits)pack(from_unsigned(value), format); }                             \
  bits soft_floatundi##x(uint64_t value) { return (bits)pack(from_unsigned(value), format); }
ROUTINES(sf, uint32_t, SINGLE)
ROUTINES(df, uint64_t, DOUBLE)

uint64_t soft_extendsfdf2(uint32_t a) { return pack(unpack(a, SINGLE), DOUBLE); }
uint32_t soft_truncdfsf2(uint64_t a) { return (uint32_t)pack(unpack(a, DOUBLE), SINGLE); }

/* Conversions that code for a machine of 32 bits calls even where it has floating point registers, and passes the
 * numbers in those. */
#if __SIZEOF_POINTER__ == 4 && defined __riscv_float_abi_double
#define TO_INTEGER(name, result, real, bits) \
  result hard_##name(real value) {           \
    bits b;                                  \
    __builtin_memcpy(&b, &value, sizeof b);  \
    return soft_##name(b);                   \
  }
#define FROM_INTEGER(name, real, bits, argument) \
  real hard_##name(argument value) {             \
    bits b = soft_##name(value);                 \
    real r;                                      \
    __builtin_memcpy(&r, &b, sizeof r);          \
    return r;                                    \
  }
TO_INTEGER(fixsfdi, int64_t, float, uint32_t)
TO_INTEGER(fixdfdi, int64_t, double, uint64_t)
TO_INTEGER(fixunssfdi, uint64_t, float, uint32_t)
TO_INTEGER(fixunsdfdi, uint64_t, double, uint64_t)
FROM_INTEGER(floatdisf, float, uint32_t, int64_t)
FROM_INTEGER(floatdidf, double, uint64_t, int64_t)
FROM_INTEGER(floatundisf, float, uint32_t, uint64_t)
FROM_INTEGER(floatundidf, double, uint64_t, uint64_t)
#endif
