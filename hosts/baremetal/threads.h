/* The threads that the script goes to: thread pointers with blocks of their own. One hart runs whichever we are in. */
#pragma once
#include <stdbool.h>

enum { THREADS = 8 };

/* Goes to a thread, by its number; made when it is first gone to. false: there is no such number, or no memory. */
bool thread_switch(unsigned number);

/* Where we are. */
unsigned thread_number(void);

/* Ends all threads but the first, which we are in then: their destructors run, their blocks go. */
void threads_end(void);
