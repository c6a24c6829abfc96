#include "context.h"
#include "linkwright.h"

static uint32_t contexts[CONTEXTS];
static unsigned now;

bool context_switch(unsigned number) {
  static char *argv[] = {"module", 0}, *envp[] = {0};
  if (number >= CONTEXTS) return false;
  if (!contexts[number]) contexts[number] = lw_context(1, (uintptr_t)argv, (uintptr_t)envp);
  if (!contexts[number]) return false;
  now = number;
  return true;
}

void context_end(void) {
  if (lw_close(contexts[now]) == LW_CODE_OK) contexts[now] = 0;
  context_switch(0);
}

unsigned context_number(void) { return now; }

uint32_t context_now(void) { return contexts[now]; }

uint32_t module_at(uintptr_t address) {
  uint32_t module = 0;
  for (unsigned i = 0; i < CONTEXTS && !module; i++) {
    if (contexts[i]) module = lw_at(contexts[i], address);
  }
  return module;
}

uint32_t module_from(uint32_t context, uint32_t source) {
  uint32_t count = lw_count(context, LW_LIST_MODULE);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t module = (uint32_t)lw_entry(context, LW_LIST_MODULE, i, LW_FIELD_OWNER);
    if (lw_value(module, LW_FIELD_SOURCE) == source) return module;
  }
  return 0;
}

int32_t settle(uint32_t session) {
  int32_t answer;
  do answer = lw_advance(session);
  while (answer == LW_ANSWER_PENDING);
  return answer;
}
