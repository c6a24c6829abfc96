/* Symbols by name, as the core finds them, and what they come to in the thread that asks. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* What lw_find answers; 0 for none. */
typedef uint64_t found_symbol;

/* Looks a name up in a module and what it needs, or in a context's global modules; `version` may be NULL. */
found_symbol symbol_find(uint32_t handle, const char *name, const char *version);

/* The same in what comes behind a module. */
found_symbol symbol_next(uint32_t module, const char *name, const char *version);

/* A field of the symbol, and the module it is in. */
uint64_t symbol_field(found_symbol found, uint32_t field);
uint32_t symbol_module(found_symbol found);

/* Where it is: what its resolver chooses, if it has one; in this thread's block, if it is thread-local. */
uintptr_t symbol_address(found_symbol found);
