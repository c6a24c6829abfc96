#include "lazy.h"
#include "host.h"
#include "linkwright.h"
#include "report.h"

/* There is one hart, so whoever runs holds the core. */
enum { LOCKED = 1 };

/* The missing function's name is in the module that calls it. */
_Noreturn static void miss(uint32_t module, uint32_t slot, uintptr_t returns) {
  const char *file = source_name(lw_value(module, LW_FIELD_SOURCE));
  uint64_t name = lw_entry(module, LW_LIST_SLOT, slot, LW_FIELD_NAME);
  uint64_t name_bytes = lw_entry(module, LW_LIST_SLOT, slot, LW_FIELD_NAME_BYTES);
  uint64_t at = lw_entry(module, LW_LIST_SLOT, slot, LW_FIELD_VADDR);
  bool named = name != LW_NONE && name_bytes != LW_NONE;
  report_fault(file, &(struct fault){
    .code = LW_CODE_MISSING_SYMBOL,
    .what = LW_WHAT_PLACE,
    .at = at == LW_NONE ? 0 : at,
    .value = slot,
    .source = file,
    .name = named ? (const char *)(uintptr_t)name : "",
    .name_bytes = named ? (size_t)name_bytes : 0,
  });
  fail_at("call of a function that nobody defines", returns);
}

uintptr_t lazy_bind(uintptr_t module, uintptr_t slot, uintptr_t returns) {
  uint64_t to = lw_bind((uint32_t)module, (uint32_t)slot, LOCKED);
  if (to >= LW_PENDING) miss((uint32_t)module, (uint32_t)slot, returns);
  return (uintptr_t)to;
}
