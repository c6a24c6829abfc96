/* Arithmetic that a compiler calls a function for, where the machine has no instruction: on machines of 32 bits the
 * numbers of 64, on those of 64 bits the numbers of 128, on small ones multiplication and division. Names and
 * behaviour are libgcc's, "Integer library routines". Division by zero is the machine's own affair: it gives what
 * RISC-V's instruction gives, all ones and the dividend. */
#include <stdint.h>

/* A number of twice a machine's word, and its halves. Nothing here divides or shifts `whole`s by what it computes: that
 * would be a call of itself. */
union pair64 {
  uint64_t whole;
  struct {
    uint32_t low, high;
  };
};

uint64_t __ashldi3(uint64_t value, int by) {
  union pair64 v = {value};
  if (by & 32) v.high = v.low << (by & 31), v.low = 0;
  else if (by & 31) v.high = v.high << by | v.low >> (32 - by), v.low <<= by;
  return v.whole;
}

uint64_t __lshrdi3(uint64_t value, int by) {
  union pair64 v = {value};
  if (by & 32) v.low = v.high >> (by & 31), v.high = 0;
  else if (by & 31) v.low = v.low >> by | v.high << (32 - by), v.high >>= by;
  return v.whole;
}

int64_t __ashrdi3(int64_t value, int by) {
  union pair64 v = {(uint64_t)value};
  int32_t high = (int32_t)v.high;
  if (by & 32) v.low = (uint32_t)(high >> (by & 31)), v.high = (uint32_t)(high >> 31);
  else if (by & 31) v.low = v.low >> by | v.high << (32 - by), v.high = (uint32_t)(high >> by);
  return (int64_t)v.whole;
}

int __clzsi2(uint32_t v) {
  int count = 0;
  for (int half = 16; half > 0; half /= 2) {
    if (v >> (32 - half) == 0) count += half, v <<= half;
  }
  return count;
}

int __ctzsi2(uint32_t v) { return 31 - __clzsi2(v & (0 - v)); }

int __popcountsi2(uint32_t v) {
  v -= v >> 1 & 0x55555555;
  v = (v & 0x33333333) + (v >> 2 & 0x33333333);
  v = (v + (v >> 4)) & 0x0f0f0f0f;
  v += v >> 8;
  return (int)((v + (v >> 16)) & 63);
}

int __paritysi2(uint32_t v) { return __popcountsi2(v) & 1; }
int __ffssi2(uint32_t v) { return v ? __ctzsi2(v) + 1 : 0; }
uint32_t __bswapsi2(uint32_t v) { return v >> 24 | (v >> 8 & 0xff00) | (v & 0xff00) << 8 | v << 24; }

int __clzdi2(uint64_t value) {
  union pair64 v = {value};
  return v.high ? __clzsi2(v.high) : 32 + __clzsi2(v.low);
}

int __ctzdi2(uint64_t value) {
  union pair64 v = {value};
  return v.low ? __ctzsi2(v.low) : 32 + __ctzsi2(v.high);
}

int __popcountdi2(uint64_t value) {
  union pair64 v = {value};
  return __popcountsi2(v.low) + __popcountsi2(v.high);
}

int __paritydi2(uint64_t value) { return __popcountdi2(value) & 1; }
int __ffsdi2(uint64_t value) { return value ? __ctzdi2(value) + 1 : 0; }

uint64_t __bswapdi2(uint64_t value) {
  union pair64 v = {value}, swapped;
  swapped.low = __bswapsi2(v.high);
  swapped.high = __bswapsi2(v.low);
  return swapped.whole;
}

/* By adding: a compiler without a multiplication instruction calls this for every '*' there is. */
uint32_t __mulsi3(uint32_t a, uint32_t b) {
  uint32_t sum = 0;
  for (; a; a >>= 1, b <<= 1) sum += b & (0 - (a & 1));
  return sum;
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
  union pair64 x = {a}, y = {b}, product;
  uint32_t al = x.low & 0xffff, ah = x.low >> 16, bl = y.low & 0xffff, bh = y.low >> 16;
  uint32_t middle = ah * bl + (al * bl >> 16), cross = al * bh + (middle & 0xffff);
  product.low = x.low * y.low;
  product.high = ah * bh + (middle >> 16) + (cross >> 16) + x.low * y.high + x.high * y.low;
  return product.whole;
}

/* Long division, a bit of the quotient at a time, from the first that can be one. */
static uint32_t divide32(uint32_t n, uint32_t d, uint32_t *rest) {
  uint32_t q = 0;
  if (d == 0) return *rest = n, UINT32_MAX;
  if (n >= d) {
    for (int by = __clzsi2(d) - __clzsi2(n); by >= 0; by--) {
      if (n >= d << by) n -= d << by, q |= 1u << by;
    }
  }
  *rest = n;
  return q;
}

uint32_t __udivsi3(uint32_t n, uint32_t d) {
  uint32_t rest;
  return divide32(n, d, &rest);
}

uint32_t __umodsi3(uint32_t n, uint32_t d) {
  uint32_t rest;
  return divide32(n, d, &rest), rest;
}

#define SIGNED_DIVISION(divide, modulo, udivide, umodulo, type, unsigned_type)                             \
  type divide(type n, type d) {                                                                            \
    unsigned_type sn = (unsigned_type)(n >> (sizeof n * 8 - 1)), sd = (unsigned_type)(d >> (sizeof d * 8 - 1)); \
    unsigned_type s = sn ^ sd;                                                                             \
    return (type)((udivide(((unsigned_type)n ^ sn) - sn, ((unsigned_type)d ^ sd) - sd) ^ s) - s);          \
  }                                                                                                        \
  type modulo(type n, type d) {                                                                            \
    unsigned_type sn = (unsigned_type)(n >> (sizeof n * 8 - 1)), sd = (unsigned_type)(d >> (sizeof d * 8 - 1)); \
    return (type)((umodulo(((unsigned_type)n ^ sn) - sn, ((unsigned_type)d ^ sd) - sd) ^ sn) - sn);        \
  }

SIGNED_DIVISION(__divsi3, __modsi3, __udivsi3, __umodsi3, int32_t, uint32_t)

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rest) {
  union pair64 x = {n}, y = {d}, q = {0};
  if (d == 0) {
    if (rest) *rest = n;
    return UINT64_MAX;
  }
  if (x.high == 0 && y.high == 0) {
    uint32_t small;
    q.low = divide32(x.low, y.low, &small);
    if (rest) *rest = small;
    return q.whole;
  }
  if (d < 0x10000) { /* the sizes of table entries, and ten: three divisions of a word each */
    uint32_t by = y.low, middle, low;
    q.high = x.high / by;
    middle = x.high % by << 16 | x.low >> 16;
    low = middle % by << 16 | (x.low & 0xffff);
    q.low = middle / by << 16 | low / by;
    if (rest) *rest = low % by;
    return q.whole;
  }
  if (n >= d) {
    int by = __clzdi2(d) - __clzdi2(n);
    for (y.whole = __ashldi3(d, by); by >= 0; by--) {
      if (n >= y.whole) {
        n -= y.whole;
        if (by & 32) q.high |= 1u << (by & 31);
        else q.low |= 1u << by;
      }
      y.low = y.low >> 1 | y.high << 31;
      y.high >>= 1;
    }
  }
  if (rest) *rest = n;
  return q.whole;
}

uint64_t __udivdi3(uint64_t n, uint64_t d) { return __udivmoddi4(n, d, 0); }

uint64_t __umoddi3(uint64_t n, uint64_t d) {
  uint64_t rest;
  return __udivmoddi4(n, d, &rest), rest;
}

/* The sign of a number, as all ones or zero. */
static uint64_t sign_of(int64_t value) {
  union pair64 v = {(uint64_t)value};
  v.high = v.low = (uint32_t)((int32_t)v.high >> 31);
  return v.whole;
}

int64_t __divmoddi4(int64_t n, int64_t d, int64_t *rest) {
  uint64_t sn = sign_of(n), sd = sign_of(d), left;
  uint64_t q = __udivmoddi4(((uint64_t)n ^ sn) - sn, ((uint64_t)d ^ sd) - sd, &left);
  if (rest) *rest = (int64_t)((left ^ sn) - sn);
  return (int64_t)((q ^ (sn ^ sd)) - (sn ^ sd));
}

int64_t __divdi3(int64_t n, int64_t d) { return __divmoddi4(n, d, 0); }

int64_t __moddi3(int64_t n, int64_t d) {
  int64_t rest;
  return __divmoddi4(n, d, &rest), rest;
}

#ifdef __SIZEOF_INT128__
typedef unsigned __int128 uint128;
typedef __int128 int128;

/* A shift that the compiler does in place, since every machine that has these shifts words of 64 bits. */
uint128 __ashlti3(uint128 value, int by) {
  uint64_t low = (uint64_t)value, high = (uint64_t)(value >> 64);
  if (by & 64) high = low << (by & 63), low = 0;
  else if (by & 63) high = high << by | low >> (64 - by), low <<= by;
  return (uint128)high << 64 | low;
}

uint128 __lshrti3(uint128 value, int by) {
  uint64_t low = (uint64_t)value, high = (uint64_t)(value >> 64);
  if (by & 64) low = high >> (by & 63), high = 0;
  else if (by & 63) low = low >> by | high << (64 - by), high >>= by;
  return (uint128)high << 64 | low;
}

int128 __ashrti3(int128 value, int by) {
  uint64_t low = (uint64_t)value;
  int64_t high = (int64_t)(value >> 64);
  if (by & 64) low = (uint64_t)(high >> (by & 63)), high >>= 63;
  else if (by & 63) low = low >> by | (uint64_t)high << (64 - by), high >>= by;
  return (int128)((uint128)(uint64_t)high << 64 | low);
}

uint128 __multi3(uint128 a, uint128 b) {
  uint64_t x = (uint64_t)a, y = (uint64_t)b, xl = (uint32_t)x, xh = x >> 32, yl = (uint32_t)y, yh = y >> 32;
  uint64_t middle = xh * yl + (xl * yl >> 32), cross = xl * yh + (uint32_t)middle;
  uint64_t high = xh * yh + (middle >> 32) + (cross >> 32) + x * (uint64_t)(b >> 64) + (uint64_t)(a >> 64) * y;
  return (uint128)high << 64 | x * y;
}

static int clz128(uint128 v) { return v >> 64 ? __clzdi2((uint64_t)(v >> 64)) : 64 + __clzdi2((uint64_t)v); }

uint128 __udivmodti4(uint128 n, uint128 d, uint128 *rest) {
  uint128 q = 0;
  if (d == 0) {
    if (rest) *rest = n;
    return ~(uint128)0;
  }
  if (n >= d) {
    int by = clz128(d) - clz128(n);
    for (d = __ashlti3(d, by); by >= 0; by--, d >>= 1) {
      q <<= 1;
      if (n >= d) n -= d, q |= 1;
    }
  }
  if (rest) *rest = n;
  return q;
}

uint128 __udivti3(uint128 n, uint128 d) { return __udivmodti4(n, d, 0); }

uint128 __umodti3(uint128 n, uint128 d) {
  uint128 rest;
  return __udivmodti4(n, d, &rest), rest;
}

SIGNED_DIVISION(__divti3, __modti3, __udivti3, __umodti3, int128, uint128)
#endif
