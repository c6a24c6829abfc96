/* The host's say, as the script has it: where references lead that the script names. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* From now on, in a context: the references to `symbol` of the file of a source, or of every file if that is 0, lead to `address`. The name is
 * not copied. false: there is no memory. */
bool rule_add(uint32_t context, uint32_t source, const char *symbol, uintptr_t address);

/* Forgets the rules of a context. */
void rules_clear(uint32_t context);

/* Where a reference of a file leads by the rules: those for every file (asked before a lookup), or those for this one (asked before
 * a relocation). false: nothing is said of it. */
bool rule_before(const char *symbol, uint32_t symbol_bytes, uintptr_t *address);
bool rule_intercept(uint32_t source, const char *symbol, uint32_t symbol_bytes, uintptr_t *address);
