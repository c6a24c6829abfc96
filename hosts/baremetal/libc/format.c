/* printf: a format and its arguments, as text into a sink. ISO C 7.21.6.1, without wide characters. */
#include "board.h"
#include "decimal.h"
#include "libc.h"

void sink_put(struct sink *sink, char c) {
  if (!sink->at) board_put(c);
  else if (sink->count < sink->room) sink->at[sink->count] = c;
  sink->count++;
}

static void put_text(struct sink *sink, const char *text, size_t bytes) {
  while (bytes-- > 0) sink_put(sink, *text++);
}

static void put_many(struct sink *sink, char c, int count) {
  while (count-- > 0) sink_put(sink, c);
}

/* One conversion. */
struct directive {
  bool left, plus, space, alternate, zero;
  int width, precision; /* precision < 0: not given */
  unsigned char bytes;  /* of an integer argument */
  bool long_double;
  char conversion;
};

/* A prefix (sign, 0x), zeros, digits, in a field of the directive's width. */
struct number {
  char prefix[4];
  int zeros; /* between prefix and digits */
  const char *digits;
  int count;
};

static void put_number(struct sink *sink, const struct directive *d, const struct number *n, bool pad_zero) {
  int prefix = (int)strlen(n->prefix), used = prefix + n->zeros + n->count, pad = d->width > used ? d->width - used : 0;
  if (!d->left && !pad_zero) put_many(sink, ' ', pad);
  put_text(sink, n->prefix, (size_t)prefix);
  if (!d->left && pad_zero) put_many(sink, '0', pad);
  put_many(sink, '0', n->zeros);
  put_text(sink, n->digits, (size_t)n->count);
  if (d->left) put_many(sink, ' ', pad);
}

static const char *sign_of(const struct directive *d, bool negative) {
  return negative ? "-" : d->plus ? "+" : d->space ? " " : "";
}

static void put_integer(struct sink *sink, const struct directive *d, uint64_t value, unsigned base, const char *prefix) {
  char text[64 / 3 + 1], *at = text + sizeof text;
  const char *digits = d->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
  bool zero = value == 0;
  for (; value > 0; value /= base) *--at = digits[value % base];
  struct number n = {.digits = at, .count = (int)(text + sizeof text - at)};
  int least = d->precision < 0 ? 1 : d->precision;
  if (n.count < least) n.zeros = least - n.count;
  if (base == 8 && d->alternate && n.zeros == 0) n.zeros = 1;
  if (base != 16 || d->conversion == 'p' || (d->alternate && !zero)) strlcpy(n.prefix, prefix, sizeof n.prefix);
  put_number(sink, d, &n, d->zero && d->precision < 0);
}

static void put_string(struct sink *sink, const struct directive *d, const char *text) {
  if (!text) text = "(null)";
  size_t bytes = d->precision < 0 ? strlen(text) : strnlen(text, (size_t)d->precision);
  int pad = (size_t)d->width > bytes ? d->width - (int)bytes : 0;
  if (!d->left) put_many(sink, ' ', pad);
  put_text(sink, text, bytes);
  if (d->left) put_many(sink, ' ', pad);
}

static void put_float(struct sink *sink, const struct directive *d, double value) {
  bool negative = __builtin_signbit(value), finite = __builtin_isfinite(value);
  char text[DECIMAL_TEXT_BYTES];
  struct number n = {.digits = text, .count = 3};
  strlcpy(n.prefix, sign_of(d, negative), sizeof n.prefix);
  if (finite) n.count = decimal_text(text, negative ? -value : value, (char)tolower(d->conversion), d->precision, d->alternate);
  else memcpy(text, __builtin_isnan(value) ? "nan" : "inf", 3);
  if (finite && tolower(d->conversion) == 'a') strlcat(n.prefix, isupper(d->conversion) ? "0X" : "0x", sizeof n.prefix);
  for (int i = 0; isupper(d->conversion) && i < n.count; i++) text[i] = (char)toupper(text[i]);
  put_number(sink, d, &n, d->zero && finite);
}

/* Reads what stands between % and the conversion. A '*' takes an int argument, so the list is read here, too. */
struct arguments {
  va_list list; /* in a structure, so that a pointer to it means the same on every machine */
};

static int count_of(const char **format, struct arguments *arguments) {
  if (**format == '*') return ++*format, va_arg(arguments->list, int);
  int value = 0;
  for (; isdigit(**format); ++*format) value = value > 99999 ? value : value * 10 + (**format - '0');
  return value;
}

static struct directive directive_of(const char **format, struct arguments *arguments) {
  struct directive d = {.precision = -1, .bytes = sizeof(int)};
  for (;; ++*format) {
    if (**format == '-') d.left = true;
    else if (**format == '+') d.plus = true;
    else if (**format == ' ') d.space = true;
    else if (**format == '#') d.alternate = true;
    else if (**format == '0') d.zero = true;
    else break;
  }
  d.width = count_of(format, arguments);
  if (d.width < 0) d.left = true, d.width = -d.width;
  if (**format == '.') ++*format, d.precision = count_of(format, arguments);
  for (bool again = true; again; again ? ++*format : 0) {
    switch (**format) {
      case 'h': d.bytes /= 2; break;
      case 'l': d.bytes = d.bytes == sizeof(int) && (*format)[-1] != 'l' ? sizeof(long) : sizeof(long long); break;
      case 'q':
      case 'j': d.bytes = sizeof(intmax_t); break;
      case 't':
      case 'z': d.bytes = sizeof(size_t); break;
      case 'L': d.long_double = true, d.bytes = sizeof(long long); break;
      default: again = false;
    }
  }
  d.conversion = **format;
  if (d.conversion) ++*format;
  return d;
}

static uint64_t unsigned_of(const struct directive *d, struct arguments *arguments) {
  if (d->bytes == 8) return va_arg(arguments->list, uint64_t);
  unsigned value = va_arg(arguments->list, unsigned);
  return d->bytes == 1 ? (unsigned char)value : d->bytes == 2 ? (unsigned short)value : value;
}

static int64_t signed_of(const struct directive *d, struct arguments *arguments) {
  uint64_t value = unsigned_of(d, arguments);
  return d->bytes == 8 ? (int64_t)value : d->bytes == 4 ? (int32_t)value : d->bytes == 2 ? (int16_t)value : (int8_t)value;
}

static void store_count(const struct directive *d, void *at, size_t count) {
  switch (d->bytes) {
    case 1: *(signed char *)at = (signed char)count; break;
    case 2: *(short *)at = (short)count; break;
    case 4: *(int *)at = (int)count; break;
    default: *(long long *)at = (long long)count;
  }
}

static void convert(struct sink *sink, const struct directive *d, struct arguments *arguments) {
  switch (d->conversion) {
    case 'd':
    case 'i': {
      int64_t value = signed_of(d, arguments);
      put_integer(sink, d, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, sign_of(d, value < 0));
      break;
    }
    case 'u': put_integer(sink, d, unsigned_of(d, arguments), 10, ""); break;
    case 'o': put_integer(sink, d, unsigned_of(d, arguments), 8, ""); break;
    case 'x': put_integer(sink, d, unsigned_of(d, arguments), 16, "0x"); break;
    case 'X': put_integer(sink, d, unsigned_of(d, arguments), 16, "0X"); break;
    case 'p': put_integer(sink, d, (uintptr_t)va_arg(arguments->list, void *), 16, "0x"); break;
    case 'c': {
      char c = (char)va_arg(arguments->list, int);
      struct number n = {.digits = &c, .count = 1};
      put_number(sink, d, &n, false);
      break;
    }
    case 's': put_string(sink, d, va_arg(arguments->list, const char *)); break;
    case 'm': put_string(sink, d, strerror(errno_value)); break;
    case 'n': store_count(d, va_arg(arguments->list, void *), sink->count); break;
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case 'a': case 'A':
      put_float(sink, d, d->long_double ? narrow(va_arg(arguments->list, long double)) : va_arg(arguments->list, double));
      break;
    case '%': sink_put(sink, '%'); break;
    default:
      sink_put(sink, '%');
      if (d->conversion) sink_put(sink, d->conversion);
  }
}

void format_into(struct sink *sink, const char *format, va_list list) {
  struct arguments arguments;
  va_copy(arguments.list, list);
  while (*format) {
    if (*format != '%') {
      sink_put(sink, *format++);
      continue;
    }
    format++;
    struct directive d = directive_of(&format, &arguments);
    convert(sink, &d, &arguments);
  }
  va_end(arguments.list);
}
