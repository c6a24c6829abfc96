/* The host's say, as the script has it: where references lead that the script names. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* When a rule is asked: in place of the lookup; where no module in scope defines the symbol, before the image's own symbols; before the
 * relocations of one file. */
enum rule_kind { RULE_BEFORE, RULE_AFTER, RULE_INTERCEPT };

/* From now on, in a context, references to `symbol` lead to `address`; of every file, whose source is 0, or of one. The name is not copied.
 * false: there is no memory. */
bool rule_add(uint32_t context, enum rule_kind kind, uint32_t source, const char *symbol, uintptr_t address);

/* Forgets the rules of a context. */
void rules_clear(uint32_t context);

/* Where a reference leads by the rules of a kind. false: none says anything of it. */
bool rule_find(enum rule_kind kind, uint32_t source, const char *symbol, uint32_t symbol_bytes, uintptr_t *address);
