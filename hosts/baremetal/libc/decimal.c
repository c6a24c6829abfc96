#include "decimal.h"
#include "libc.h"
#include <float.h>

enum { GROUP = 1000000000, GROUP_DIGITS = 9, GROUPS = 90 };

/* 0.DIGITS * 10^point, without leading zeros; zero has no digits. */
struct decimal {
  int count, point;
  char digits[GROUPS * GROUP_DIGITS];
};

/* A natural number, the least significant group first. */
struct natural {
  int count;
  uint32_t groups[GROUPS];
};

static void multiply(struct natural *n, uint32_t by) {
  uint64_t carry = 0;
  for (int i = 0; i < n->count; i++) {
    carry += (uint64_t)n->groups[i] * by;
    n->groups[i] = (uint32_t)(carry % GROUP);
    carry /= GROUP;
  }
  if (carry > 0) n->groups[n->count++] = (uint32_t)carry;
}

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* value = mantissa * 2^exponent. */
static uint64_t parts_of(double value, int *exponent) {
  uint64_t bits = bits_of(value), mantissa = bits << 12 >> 12;
  int biased = (int)(bits >> 52 & 0x7ff);
  *exponent = (biased ? biased : 1) - 1075;
  return biased ? mantissa | (uint64_t)1 << 52 : mantissa;
}

/* m * 2^e with a negative e is m * 5^-e * 10^e: only multiplications, nothing is lost. */
static void decimal_of(struct decimal *d, double value) {
  int exponent;
  uint64_t mantissa = parts_of(value, &exponent);
  struct natural n = {.count = 0};
  for (; mantissa > 0; mantissa /= GROUP) n.groups[n.count++] = (uint32_t)(mantissa % GROUP);
  d->point = exponent < 0 ? exponent : 0;
  for (; exponent >= 29; exponent -= 29) multiply(&n, 1u << 29);
  if (exponent > 0) multiply(&n, 1u << exponent);
  for (; exponent <= -12; exponent += 12) multiply(&n, 244140625); /* 5^12 */
  for (; exponent < 0; exponent++) multiply(&n, 5);

  d->count = 0;
  for (int i = n.count - 1; i >= 0; i--) {
    for (uint32_t unit = GROUP / 10; unit > 0; unit /= 10) {
      char digit = (char)('0' + n.groups[i] / unit % 10);
      if (d->count > 0 || digit != '0') d->digits[d->count++] = digit;
    }
  }
  d->point = d->count > 0 ? d->point + d->count : 0;
}

/* Whether what follows the first `keep` digits rounds up: to the nearest, a tie to the even digit. */
static bool rounds_up(const struct decimal *d, int keep) {
  if (keep < 0 || keep >= d->count || d->digits[keep] < '5') return false;
  if (d->digits[keep] > '5') return true;
  for (int i = keep + 1; i < d->count; i++) {
    if (d->digits[i] != '0') return true;
  }
  return keep > 0 && (d->digits[keep - 1] & 1);
}

static void round_to(struct decimal *d, int keep) {
  bool up = rounds_up(d, keep);
  if (keep < 0) keep = 0;
  if (keep < d->count) d->count = keep;
  if (!up) return;
  while (d->count > 0 && d->digits[d->count - 1] == '9') d->count--;
  if (d->count > 0) {
    d->digits[d->count - 1]++;
  } else {
    d->digits[d->count++] = '1';
    d->point++;
  }
}

static char digit_at(const struct decimal *d, int i) { return i >= 0 && i < d->count ? d->digits[i] : '0'; }

/* The digits after the point, from index i on; returns the end of the text. `strip`: without zeros at the end. */
static char *put_fraction(char *to, const struct decimal *d, int i, int precision, bool alternate, bool strip) {
  char *point = to;
  *to++ = '.';
  while (precision-- > 0) *to++ = digit_at(d, i++);
  while (strip && to[-1] == '0') to--;
  return to == point + 1 && !alternate ? point : to;
}

static char *put_exponent(char *to, char letter, int exponent, int least) {
  char digits[8];
  int count = 0;
  *to++ = letter;
  *to++ = exponent < 0 ? '-' : '+';
  if (exponent < 0) exponent = -exponent;
  for (; exponent > 0 || count < least; exponent /= 10) digits[count++] = (char)('0' + exponent % 10);
  while (count > 0) *to++ = digits[--count];
  return to;
}

static char *put_fixed(char *to, const struct decimal *d, int precision, bool alternate, bool strip) {
  if (d->point <= 0 || d->count == 0) *to++ = '0';
  for (int i = 0; i < d->point && d->count > 0; i++) *to++ = digit_at(d, i);
  return put_fraction(to, d, d->point, precision, alternate, strip);
}

static char *put_scientific(char *to, const struct decimal *d, int precision, bool alternate, bool strip) {
  *to++ = digit_at(d, 0);
  to = put_fraction(to, d, 1, precision, alternate, strip);
  return put_exponent(to, 'e', d->count > 0 ? d->point - 1 : 0, 2);
}

/* Hexadecimal, without 0x: the mantissa's own digits, rounded to the nearest where fewer are wanted. */
static char *put_hexadecimal(char *to, double value, int precision, bool alternate) {
  int exponent;
  uint64_t mantissa = parts_of(value, &exponent);
  exponent = mantissa ? exponent + 52 : 0;
  if (precision >= 0 && precision < 13) {
    uint64_t unit = (uint64_t)1 << (52 - 4 * precision), rest = mantissa & (unit - 1);
    mantissa -= rest;
    if (rest > unit / 2 || (rest == unit / 2 && mantissa & unit)) mantissa += unit;
  }
  *to++ = (char)('0' + (mantissa >> 52));
  mantissa = mantissa << 12 >> 12;
  if (precision > 0 || mantissa > 0 || alternate) *to++ = '.';
  for (int i = 0; precision < 0 ? mantissa > 0 : i < precision; i++) {
    *to++ = "0123456789abcdef"[mantissa >> 48 & 15];
    mantissa = mantissa << 16 >> 12;
  }
  return put_exponent(to, 'p', exponent, 1);
}

int decimal_text(char *to, double value, char conversion, int precision, bool alternate) {
  if (precision > DECIMAL_PRECISION_MOST) precision = DECIMAL_PRECISION_MOST;
  if (conversion == 'a') return (int)(put_hexadecimal(to, value, precision, alternate) - to);
  if (precision < 0) precision = 6;
  struct decimal d;
  decimal_of(&d, value);
  if (conversion == 'f') {
    round_to(&d, d.point + precision);
    return (int)(put_fixed(to, &d, precision, alternate, false) - to);
  }
  if (conversion == 'e') {
    round_to(&d, precision + 1);
    return (int)(put_scientific(to, &d, precision, alternate, false) - to);
  }
  if (precision == 0) precision = 1;
  round_to(&d, precision);
  int exponent = d.count > 0 ? d.point - 1 : 0;
  char *end = exponent < -4 || exponent >= precision ? put_scientific(to, &d, precision - 1, alternate, !alternate)
                                                     : put_fixed(to, &d, precision - 1 - exponent, alternate, !alternate);
  return (int)(end - to);
}

#if LDBL_MANT_DIG == 113
/* binary128: no machine of ours has it in hardware, and only its bits are needed here. */
double narrow(long double value) {
  uint64_t words[2];
  memcpy(words, &value, sizeof words);
  uint64_t sign = words[1] >> 63 << 63, fraction = words[1] << 16 >> 12 | words[0] >> 60;
  int exponent = (int)(words[1] >> 48 & 0x7fff);
  uint64_t bits;
  if (exponent == 0x7fff) bits = sign | (uint64_t)0x7ff << 52 | (fraction ? (uint64_t)1 << 51 : 0);
  else if (exponent - 16383 > 1023) bits = sign | (uint64_t)0x7ff << 52;
  else if (exponent - 16383 < -1022) bits = sign;
  else bits = sign | (uint64_t)(exponent - 16383 + 1023) << 52 | fraction;
  double result;
  memcpy(&result, &bits, sizeof result);
  return result;
}
#else
double narrow(long double value) { return (double)value; }
#endif
