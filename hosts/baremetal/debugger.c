#include "debugger.h"
#include "host.h"
#include "libc/libc.h"
#include "linkwright.h"

/* As <link.h> has them. A debugger finds _r_debug by its name, stops at _dl_debug_state, and looks at the list. */
struct link_map {
  uintptr_t bias;
  char *name;
  uintptr_t dynamic;
  struct link_map *next, *before;
  /* ours */
  uint32_t module;
};

enum { VERSION = 1, CONSISTENT = 0, ADD, DELETE };

void _dl_debug_state(void);

struct r_debug {
  int version;
  struct link_map *first;
  void (*changed)(void);
  int state;
  uintptr_t linker;
} _r_debug = {.version = VERSION, .changed = _dl_debug_state};

unsigned long long debugger_added, debugger_removed;

/* A debugger has its breakpoint here. */
__attribute__((noinline)) void _dl_debug_state(void) { __asm__ volatile("" ::: "memory"); }

static void enter(int state) {
  _r_debug.state = state;
  _dl_debug_state();
}

static uintptr_t address_of(uint32_t module, uint32_t field) {
  uint64_t address = lw_value(module, field);
  return address == LW_NONE ? 0 : (uintptr_t)address;
}

/* Without memory for its entry a module is not seen by debuggers, and runs all the same. */
void debugger_add(uint32_t module) {
  debugger_added++;
  struct link_map *map = malloc(sizeof *map);
  if (!map) return;
  *map = (struct link_map){
    .bias = address_of(module, LW_FIELD_BIAS),
    .name = (char *)(uintptr_t)source_name(lw_value(module, LW_FIELD_SOURCE)),
    .dynamic = address_of(module, LW_FIELD_DYNAMIC),
    .module = module,
  };
  enter(ADD);
  struct link_map **end = &_r_debug.first;
  for (; *end; end = &(*end)->next) map->before = *end;
  *end = map;
  enter(CONSISTENT);
}

struct link_map *debugger_map(uint32_t module) {
  struct link_map *map = _r_debug.first;
  while (map && map->module != module) map = map->next;
  return map;
}

void debugger_remove(uint32_t module) {
  debugger_removed++;
  struct link_map *map = debugger_map(module);
  if (!map) return;
  enter(DELETE);
  if (map->before) map->before->next = map->next;
  else _r_debug.first = map->next;
  if (map->next) map->next->before = map->before;
  free(map);
  enter(CONSISTENT);
}
