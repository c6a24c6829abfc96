/* Ours, through its C API. */
#include "linkwright.h"
#include "peer.h"
#include <stdint.h>

void peer_start(const char *file) { (void)file; }

/* Handles are numbers, and none is 0. */
static void *handle_of(int code, lw_module module) { return code == LW_OK ? (void *)(uintptr_t)module : NULL; }

void *peer_open(const char *path, bool is_global) {
  lw_module module;
  return handle_of(lw_open(LW_PROCESS, path, is_global ? LW_GLOBAL : 0, &module), module);
}

void *peer_open_memory(void *bytes, size_t size) {
  lw_module module;
  return handle_of(lw_open_memory(LW_PROCESS, bytes, size, "memory", 0, &module), module);
}

void *peer_open_objects(const char *library, const char *const *paths, size_t count, const char *symbol) {
  (void)library, (void)symbol;
  lw_module module;
  return handle_of(lw_open_objects(LW_PROCESS, paths, count, 0, &module), module);
}

void *peer_symbol(void *module, const char *name, size_t bytes) {
  (void)bytes;
  return lw_symbol((lw_module)(uintptr_t)module, name);
}

void peer_close(void *module) { lw_close((lw_module)(uintptr_t)module); }

const char *peer_error(void) { return lw_error(); }
