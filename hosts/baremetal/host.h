/* What the parts of the bare-metal host know of each other, beyond what has a header of its own. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Says why and ends the image, from within a call of the module: a trap at the caller's address. */
_Noreturn void fail_at(const char *cause, uintptr_t pc);

/* Runs the script, reporting as it goes. */
void script_run(const char *text, size_t bytes);

/* The core's namespace that the script loads into; 0 before there is one. */
uint32_t script_context(void);

/* The core entered a stage (enum lw_stage) of a session: ends the measurement of the one before. */
void script_stage(uint32_t stage);

/* The name of a source of the core, "" for none. */
const char *source_name(uint64_t source);
