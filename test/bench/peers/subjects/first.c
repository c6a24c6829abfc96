/* Needs the second. */
#include <string.h>

unsigned long second(const char *text);
unsigned long answer(const char *text, unsigned long bytes);

unsigned long answer(const char *text, unsigned long bytes) { return second(text) == bytes ? bytes : 0; }
