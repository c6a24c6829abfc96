/* Floating point numbers as text, exactly: every double is a decimal number of at most 767 digits. */
#pragma once
#include <stdbool.h>

/* 309 digits before the point and at most DECIMAL_PRECISION_MOST after it; a higher precision is cut to that. */
enum { DECIMAL_PRECISION_MOST = 1100, DECIMAL_TEXT_BYTES = 309 + 1 + DECIMAL_PRECISION_MOST + 8 };

/* Writes a number that is finite and not negative as printf's conversion a (without its 0x), e, f or g does; returns the bytes written.
 * A negative precision stands for the usual one; `alternate` is printf's flag '#'. */
int decimal_text(char *to, double value, char conversion, int precision, bool alternate);

/* The double next to a long double, towards zero. */
double narrow(long double value);
