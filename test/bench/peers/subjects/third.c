/* The last of three. */
#include <string.h>

unsigned long third(const char *text);

unsigned long third(const char *text) { return strlen(text); }
