/* What the parts of the bare-metal host know of each other, beyond what has a header of its own. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends the image from within a function that a module called: a trap at the call, which returns to this address. */
_Noreturn void fail_at(const char *cause, uintptr_t returns);

/* Runs the script, reporting as it goes. */
void script_run(const char *text, size_t bytes);

/* Destructors of thread-local objects: how many of a module wait for the end of a thread, and the end of the one that we are in. */
unsigned thread_destructors(uint32_t module);
void thread_end(void);

/* The stack protector's canary, the same in all threads. */
extern uintptr_t __stack_chk_guard;

/* The name of a source of the core, "" for none. */
const char *source_name(uint64_t source);
