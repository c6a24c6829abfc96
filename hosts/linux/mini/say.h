/* What the loader says: one line on standard error, and how it ends. */
#pragma once
#include <stdint.h>

/* What shells say by an exit status. POSIX, "Exit Status for Commands". */
enum { STATUS_USAGE = 2, STATUS_REFUSED = 126, STATUS_ABSENT = 127 };

/* Goes on with the line. */
void say(const char *text);
void say_number(uint64_t number);

/* Ends the line and the loader. */
_Noreturn void fail(const char *text, int status);

/* The same with the words for what a call of the kernel answered. */
_Noreturn void fail_system(long answer);
