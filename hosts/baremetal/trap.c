/* The end of an image that trapped: says where, in the words of the modules that it had loaded. */
#include "board.h"
#include "context.h"
#include "host.h"
#include "json.h"
#include "linkwright.h"

/* On ARM, bit 0 of a function's address says that its code is Thumb. */
#ifdef __arm__
#define CODE_ADDRESS (~(uint64_t)1)
#else
#define CODE_ADDRESS (~(uint64_t)0)
#endif

/* The symbol of a module that is the last one at or before an address. */
struct nearest {
  const char *name;
  size_t name_bytes;
  uint64_t address;
};

static struct nearest nearest_of(uint32_t module, uint64_t address) {
  struct nearest best = {.name = ""};
  uint32_t count = lw_count(module, LW_LIST_SYMBOL);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t at = lw_entry(module, LW_LIST_SYMBOL, i, LW_FIELD_ADDRESS) & CODE_ADDRESS;
    if (lw_entry(module, LW_LIST_SYMBOL, i, LW_FIELD_SECTION) == 0 || at > address || at < best.address) continue;
    best.address = at;
    best.name = (const char *)(uintptr_t)lw_entry(module, LW_LIST_SYMBOL, i, LW_FIELD_NAME);
    best.name_bytes = (size_t)lw_entry(module, LW_LIST_SYMBOL, i, LW_FIELD_NAME_BYTES);
  }
  return best;
}

/* Where an address lies. */
struct place {
  uint32_t module;
  const char *name;
  uint64_t vaddr;
  struct nearest symbol;
};

static struct place place_of(uintptr_t address) {
  struct place place = {.module = module_at(address)};
  if (place.module == 0) return place;
  place.name = source_name(lw_value(place.module, LW_FIELD_SOURCE));
  place.vaddr = (uintptr_t)(address - lw_value(place.module, LW_FIELD_BIAS));
  place.symbol = nearest_of(place.module, address);
  return place;
}

static void print(const struct trap *trap, const struct place *code, const struct place *data) {
  json_event("trap");
  json_text("cause", trap->cause);
  json_hex("pc", trap->pc);
  json_hex("address", trap->address);
  json_hex("syndrome", trap->syndrome);
  if (code->module) {
    json_text("module", code->name);
    json_hex("offset", code->vaddr);
    if (code->symbol.name_bytes > 0) {
      json_bytes("symbol", code->symbol.name, code->symbol.name_bytes);
      json_hex("symbolOffset", trap->pc - code->symbol.address);
    }
  }
  if (data->module) {
    json_text("addressModule", data->name);
    json_hex("addressOffset", data->vaddr);
  }
  json_end();
}

_Noreturn void trap_report(const struct trap *trap) {
  static struct trap first;
  static unsigned depth;
  struct place code = {0}, data = {0};
  switch (depth++) {
    case 0:
      first = *trap;
      code = place_of(trap->pc);
      data = place_of(trap->address);
      print(trap, &code, &data);
      break;
    case 1: /* It trapped while it asked for names, so it is told without. */
      print(&first, &code, &data);
      break;
  }
  board_off(false);
}

/* What is known is where the call would return to. That may be the next function already; the call is before. */
#if defined __x86_64__ || defined __i386__
enum { INSTRUCTION_BYTES = 1 };
#elif defined __arm__ || defined __riscv
enum { INSTRUCTION_BYTES = 2 };
#else
enum { INSTRUCTION_BYTES = 4 };
#endif

_Noreturn void fail_at(const char *cause, uintptr_t returns) {
  uintptr_t pc = (uintptr_t)(returns & CODE_ADDRESS) - INSTRUCTION_BYTES;
  trap_report(&(struct trap){.cause = cause, .pc = pc, .address = pc});
}
