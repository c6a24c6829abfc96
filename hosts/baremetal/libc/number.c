/* Numbers from text, and other small arithmetic. */
#include "libc.h"

static int digit_of(char c) {
  if (isdigit(c)) return c - '0';
  return isalpha(c) ? tolower(c) - 'a' + 10 : 36;
}

/* A number without its sign, at most `limit`, or limit + 1 on the negative side where `limit_below` says so. */
static uint64_t parse(const char *s, char **end, int base, uint64_t most, uint64_t most_below, bool *negative) {
  const char *at = s;
  if (end) *end = (char *)s;
  *negative = false;
  if (base < 0 || base == 1 || base > 36) return errno_value = EINVAL, 0;
  while (isspace(*at)) at++;
  if (*at == '+' || *at == '-') *negative = *at++ == '-';
  bool prefixed = at[0] == '0' && (at[1] | 0x20) == 'x' && digit_of(at[2]) < 16;
  if (prefixed && (base == 0 || base == 16)) at += 2, base = 16;
  if (base == 0) base = *at == '0' ? 8 : 10;

  uint64_t value = 0, limit = *negative ? most_below : most;
  bool over = false;
  const char *digits = at;
  for (int digit; (digit = digit_of(*at)) < base; at++) {
    over |= value > (limit - (unsigned)digit) / (unsigned)base || (unsigned)digit > limit;
    value = value * (unsigned)base + (unsigned)digit;
  }
  if (end && at > digits) *end = (char *)at;
  if (!over) return value;
  errno_value = ERANGE;
  return limit;
}

#define SIGNED(name, type, max)                                                     \
  type name(const char *restrict s, char **restrict end, int base) {                \
    bool negative;                                                                  \
    uint64_t value = parse(s, end, base, max, (uint64_t)(max) + 1, &negative);      \
    return (type)(negative ? 0 - value : value);                                    \
  }
/* "-1" is the largest one; what does not fit is ULONG_MAX whatever its sign. */
#define UNSIGNED(name, type)                                                        \
  type name(const char *restrict s, char **restrict end, int base) {                \
    bool negative;                                                                  \
    int before = errno_value;                                                       \
    errno_value = 0;                                                                \
    uint64_t value = parse(s, end, base, (type)-1, (type)-1, &negative);            \
    bool fits = errno_value != ERANGE;                                              \
    if (errno_value == 0) errno_value = before;                                     \
    return (type)(negative && fits ? 0 - value : value);                            \
  }

SIGNED(strtol, long, __LONG_MAX__)
SIGNED(strtoll, long long, __LONG_LONG_MAX__)
UNSIGNED(strtoul, unsigned long)
UNSIGNED(strtoull, unsigned long long)

int atoi(const char *s) { return (int)strtol(s, NULL, 10); }
long atol(const char *s) { return strtol(s, NULL, 10); }
long long atoll(const char *s) { return strtoll(s, NULL, 10); }

int abs(int value) { return value < 0 ? -value : value; }
long labs(long value) { return value < 0 ? -value : value; }
long long llabs(long long value) { return value < 0 ? -value : value; }

static uint64_t random_state = 1;

void srand(unsigned seed) { random_state = seed; }

int rand(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (int)(random_state >> 33);
}
