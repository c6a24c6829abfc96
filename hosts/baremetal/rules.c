#include "rules.h"
#include "context.h"
#include "libc/libc.h"
#include "linkwright.h"

static struct rule {
  uint32_t context;
  enum rule_kind kind;
  uint32_t source;
  const char *symbol;
  uintptr_t address;
} *rules;
static size_t count;

/* The core asks only in contexts that have a rule of the kind; for what it does not find it always asks. */
static bool switch_on(uint32_t context) {
  static const uint32_t policies[] = {[RULE_BEFORE] = LW_POLICY_BEFORE, [RULE_AFTER] = 0, [RULE_INTERCEPT] = LW_POLICY_INTERCEPT};
  uint32_t policy = 0;
  for (size_t i = 0; i < count; i++) {
    if (rules[i].context == context) policy |= policies[rules[i].kind];
  }
  return lw_policy(context, policy) == LW_CODE_OK;
}

bool rule_add(uint32_t context, enum rule_kind kind, uint32_t source, const char *symbol, uintptr_t address) {
  struct rule *more = reallocarray(rules, count + 1, sizeof *rules);
  if (!more) return false;
  rules = more;
  rules[count++] = (struct rule){context, kind, source, symbol, address};
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
bool rule_find(enum rule_kind kind, uint32_t source, const char *symbol, uint32_t bytes, uintptr_t *address) {
  for (size_t i = count; i-- > 0;) {
    const struct rule *rule = &rules[i];
    if (rule->context != context_now() || rule->kind != kind || rule->source != source) continue;
    if (strlen(rule->symbol) != bytes || memcmp(rule->symbol, symbol, bytes) != 0) continue;
    *address = rule->address;
    return true;
  }
  return false;
}
