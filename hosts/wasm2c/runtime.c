/* The wasm2c runtime over a buffer that the host gives, without libc. */
#include "runtime.h"
#include "wasm-rt.h"

static struct {
  uint8_t *start;
  uint64_t bytes;
} buffer;

void runtime_buffer(void *start, size_t bytes) {
  buffer.start = start;
  buffer.bytes = bytes;
}

/* WebAssembly's memory starts as zeros, and so does every page it grows by. */
static void extend(wasm_rt_memory_t *memory, uint64_t pages) {
  uint64_t wanted = pages * memory->page_size;
  uint64_t size = wanted < buffer.bytes ? wanted : buffer.bytes;
#ifndef LW_ZEROED /* the buffer is zeros from its beginning: it is not touched */
  __builtin_memset(memory->data + memory->size, 0, (size_t)(size - memory->size));
#endif
  memory->pages = pages;
  memory->size = size;
}

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint64_t pages, uint64_t max_pages, bool is64, uint32_t page_size) {
  *memory = (wasm_rt_memory_t){.data = buffer.start, .max_pages = max_pages, .page_size = page_size, .is64 = is64};
  extend(memory, pages);
}

/* A page that begins within the buffer can be had; the last one may be cut short by the buffer's end. */
uint64_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint64_t pages) {
  uint64_t before = memory->pages, most = (buffer.bytes + memory->page_size - 1) >> __builtin_ctzll(memory->page_size);
  if (most > memory->max_pages) most = memory->max_pages;
  if (pages > 0 && (before >= most || pages > most - before)) return UINT64_MAX;
  if (pages > 0) extend(memory, before + pages);
  return before;
}

void wasm_rt_free_memory(wasm_rt_memory_t *memory) { *memory = (wasm_rt_memory_t){0}; }

bool wasm_rt_is_initialized(void) { return true; }

_Noreturn void wasm_rt_trap(wasm_rt_trap_t trap) {
  switch (trap) {
    case WASM_RT_TRAP_OOB: lw_trap("wasm: access outside of the core's memory");
    case WASM_RT_TRAP_INT_OVERFLOW: lw_trap("wasm: integer overflow");
    case WASM_RT_TRAP_DIV_BY_ZERO: lw_trap("wasm: division by zero");
    case WASM_RT_TRAP_UNREACHABLE: lw_trap("wasm: unreachable");
    default: lw_trap("wasm: trap");
  }
}
