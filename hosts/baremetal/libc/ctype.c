/* Classes of characters, in the "C" locale: ASCII, and nothing of it above 127. */
#include "libc.h"

int isblank(int c) { return c == ' ' || c == '\t'; }
int iscntrl(int c) { return (c >= 0 && c < ' ') || c == 127; }
int isdigit(int c) { return c >= '0' && c <= '9'; }
int islower(int c) { return c >= 'a' && c <= 'z'; }
int isupper(int c) { return c >= 'A' && c <= 'Z'; }
int isgraph(int c) { return c > ' ' && c < 127; }
int isprint(int c) { return c >= ' ' && c < 127; }
int isspace(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
int isalpha(int c) { return islower(c) || isupper(c); }
int isalnum(int c) { return isalpha(c) || isdigit(c); }
int ispunct(int c) { return isgraph(c) && !isalnum(c); }
int isxdigit(int c) { return isdigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
int tolower(int c) { return isupper(c) ? c + ('a' - 'A') : c; }
int toupper(int c) { return islower(c) ? c - ('a' - 'A') : c; }

/* What the macros of glibc's ctype.h look into: tables that are indexed from -128 to 255. */
enum { LOW = 128, ENTRIES = LOW + 256 };
static uint16_t classes[ENTRIES];
static int32_t lower[ENTRIES], upper[ENTRIES];
static const uint16_t *classes_at;
static const int32_t *lower_at, *upper_at;

/* The bits are those of a machine of little-endian byte order. */
static uint16_t class_of(int c) {
  unsigned bits = 0;
  if (isupper(c)) bits |= 1u << 8;
  if (islower(c)) bits |= 1u << 9;
  if (isalpha(c)) bits |= 1u << 10;
  if (isdigit(c)) bits |= 1u << 11;
  if (isxdigit(c)) bits |= 1u << 12;
  if (isspace(c)) bits |= 1u << 13;
  if (isprint(c)) bits |= 1u << 14;
  if (isgraph(c)) bits |= 1u << 15;
  if (isblank(c)) bits |= 1u << 0;
  if (iscntrl(c)) bits |= 1u << 1;
  if (ispunct(c)) bits |= 1u << 2;
  if (isalnum(c)) bits |= 1u << 3;
  return (uint16_t)bits;
}

static void fill_tables(void) {
  if (classes_at) return;
  for (int c = -LOW; c < ENTRIES - LOW; c++) {
    classes[c + LOW] = c < 0 ? 0 : class_of(c);
    lower[c + LOW] = tolower(c);
    upper[c + LOW] = toupper(c);
  }
  classes_at = classes + LOW, lower_at = lower + LOW, upper_at = upper + LOW;
}

const uint16_t **__ctype_b_loc(void) { return fill_tables(), &classes_at; }
const int32_t **__ctype_tolower_loc(void) { return fill_tables(), &lower_at; }
const int32_t **__ctype_toupper_loc(void) { return fill_tables(), &upper_at; }
