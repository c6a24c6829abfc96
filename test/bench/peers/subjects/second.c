/* Needs the third. */
#include <stdlib.h>

unsigned long third(const char *text);
unsigned long second(const char *text);

unsigned long second(const char *text) { return abs(-1) * third(text); }
