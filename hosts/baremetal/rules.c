#include "rules.h"
#include "context.h"
#include "libc/libc.h"
#include "linkwright.h"

static struct rule {
  uint32_t context, source; /* source 0: every file */
  const char *symbol;
  uintptr_t address;
} *rules;
static size_t count;

/* The core asks only in contexts that have a rule of the kind. */
static bool switch_on(uint32_t context) {
  uint32_t policy = 0;
  for (size_t i = 0; i < count; i++) {
    if (rules[i].context == context) policy |= rules[i].source ? LW_POLICY_INTERCEPT : LW_POLICY_BEFORE;
  }
  return lw_policy(context, policy) == LW_CODE_OK;
}

bool rule_add(uint32_t context, uint32_t source, const char *symbol, uintptr_t address) {
  struct rule *more = reallocarray(rules, count + 1, sizeof *rules);
  if (!more) return false;
  rules = more;
  rules[count++] = (struct rule){context, source, symbol, address};
  return switch_on(context);
}

void rules_clear(uint32_t context) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (rules[i].context != context) rules[kept++] = rules[i];
  }
  count = kept;
  if (count == 0) {
    free(rules);
    rules = NULL;
  }
  switch_on(context);
}

/* The last one counts, so that a rule can be replaced. */
static bool find(uint32_t source, const char *symbol, uint32_t bytes, uintptr_t *address) {
  for (size_t i = count; i-- > 0;) {
    const struct rule *rule = &rules[i];
    if (rule->context != context_now() || rule->source != source) continue;
    if (strlen(rule->symbol) != bytes || memcmp(rule->symbol, symbol, bytes) != 0) continue;
    *address = rule->address;
    return true;
  }
  return false;
}

bool rule_before(const char *symbol, uint32_t symbol_bytes, uintptr_t *address) { return find(0, symbol, symbol_bytes, address); }

bool rule_intercept(uint32_t source, const char *symbol, uint32_t symbol_bytes, uintptr_t *address) {
  return source != 0 && find(source, symbol, symbol_bytes, address);
}
