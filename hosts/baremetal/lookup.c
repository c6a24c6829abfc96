#include "lookup.h"
#include "libc/libc.h"
#include "linkwright.h"
#include "machine.h"
#include "resolver.h"
#include "tls.h"

static uint64_t address_of(const char *text) { return text ? (uintptr_t)text : LW_NONE; }

static uint32_t bytes_of(const char *text) { return text ? (uint32_t)strlen(text) : 0; }

found_symbol symbol_find(uint32_t handle, const char *name, const char *version) {
  return lw_find(handle, address_of(name), bytes_of(name), address_of(version), bytes_of(version));
}

found_symbol symbol_next(uint32_t module, const char *name, const char *version) {
  return lw_next(module, address_of(name), bytes_of(name), address_of(version), bytes_of(version));
}

uint32_t symbol_module(found_symbol found) { return (uint32_t)(found >> 32); }

uint64_t symbol_field(found_symbol found, uint32_t field) {
  return lw_entry(symbol_module(found), LW_LIST_SYMBOL, (uint32_t)found, field);
}

uintptr_t symbol_address(found_symbol found) {
  uintptr_t address = (uintptr_t)symbol_field(found, LW_FIELD_ADDRESS);
  uint64_t type = symbol_field(found, LW_FIELD_TYPE);
  if (type == STT_GNU_IFUNC) return resolver_call(address);
  if (type != STT_TLS) return address;
  unsigned number = tls_number(symbol_module(found));
  return (uintptr_t)__tls_get_addr(&(struct tls_index){number, address - BOARD_TLS_BIAS});
}
