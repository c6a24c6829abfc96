#include "symbols.h"
#include "libc/libc.h"

/* Each symbol under an alias of the assembler's: no prototype is needed, and none that the compiler knows is contradicted. */
#define FUNCTION(name) extern const char at_##name[] __asm__(#name);
#define ALIAS(name, function) extern const char at_##name[] __asm__(#function);
#define SOFT(name, function) extern const char soft_##name[] __asm__(#function);
#define OBJECT(name, words) extern const char at_##name[] __asm__(#name);
#include "symbols.def"
#undef FUNCTION
#undef ALIAS
#undef SOFT
#undef OBJECT

#define FUNCTION(name) {#name, at_##name, 0},
#define ALIAS(name, function) {#name, at_##name, 0},
#define SOFT(name, function)
#define OBJECT(name, words) {#name, at_##name, (words) * sizeof(void *)},
static const struct symbol symbols[] = {
#include "symbols.def"
#undef FUNCTION
#undef ALIAS
#undef SOFT
#undef OBJECT
#define FUNCTION(name)
#define ALIAS(name, function)
#define OBJECT(name, words)
#define SOFT(name, function) {#name, soft_##name, 0},
#include "symbols.def"
  {NULL, NULL, 0},
};
#undef FUNCTION
#undef ALIAS
#undef SOFT
#undef OBJECT

/* The list's first part holds the symbols of everyone, the rest the variants. */
enum {
#define FUNCTION(name) count_##name,
#define ALIAS(name, function) count_##name,
#define SOFT(name, function)
#define OBJECT(name, words) count_##name,
#include "symbols.def"
  COMMON,
  COUNT = sizeof symbols / sizeof symbols[0] - 1,
  SLOTS = 1024, /* a power of two, at least twice the count */
};
_Static_assert(2 * COUNT <= SLOTS, "SLOTS is too small for the symbols");

/* Open addressing: indexes + 1 by hash; 0 is empty. The variants are few, and looked through before. */
static uint16_t slots[SLOTS];

/* FNV-1a, 32 bits. */
static uint32_t hash_of(const char *name, size_t bytes) {
  uint32_t hash = 0x811c9dc5;
  for (size_t i = 0; i < bytes; i++) hash = (hash ^ (unsigned char)name[i]) * 0x01000193;
  return hash ^ hash >> 16;
}

void symbols_start(void) {
  for (unsigned i = 0; i < COMMON; i++) {
    uint32_t slot = hash_of(symbols[i].name, strlen(symbols[i].name));
    while (slots[slot % SLOTS]) slot++;
    slots[slot % SLOTS] = (uint16_t)(i + 1);
  }
}

static bool is(const char *text, const char *name, size_t bytes) { return strlen(text) == bytes && memcmp(text, name, bytes) == 0; }

const struct symbol *symbols_find(const char *name, size_t name_bytes, bool soft) {
  for (unsigned i = COMMON; soft && i < COUNT; i++) {
    if (is(symbols[i].name, name, name_bytes)) return &symbols[i];
  }
  for (uint32_t slot = hash_of(name, name_bytes); slots[slot % SLOTS]; slot++) {
    const struct symbol *symbol = &symbols[slots[slot % SLOTS] - 1];
    if (is(symbol->name, name, name_bytes)) return symbol;
  }
  return NULL;
}

enum { SET_BYTES = COUNT / 8 + 1 };
static unsigned char bound[SET_BYTES], told[SET_BYTES];

void symbols_bind(const struct symbol *symbol) {
  unsigned index = (unsigned)(symbol - symbols);
  bound[index / 8] |= (unsigned char)(1u << index % 8);
}

const struct symbol *symbols_news(void) {
  for (unsigned i = 0; i < COUNT; i++) {
    unsigned bit = 1u << i % 8;
    if (!(bound[i / 8] & ~told[i / 8] & bit)) continue;
    told[i / 8] |= (unsigned char)bit;
    return &symbols[i];
  }
  return NULL;
}

bool symbols_library(const char *name, size_t name_bytes) {
  static const char *const libraries[] = {
    "libc.so.6",
#if defined __x86_64__
    "ld-linux-x86-64.so.2",
#elif defined __i386__
    "ld-linux.so.2",
#elif defined __aarch64__
    "ld-linux-aarch64.so.1",
#elif defined __arm__
    "ld-linux-armhf.so.3",
#elif defined __riscv && __riscv_xlen == 64
    "ld-linux-riscv64-lp64d.so.1",
#elif defined __riscv
    "ld-linux-riscv32-ilp32d.so.1",
#elif defined __loongarch64
    "ld-linux-loongarch-lp64d.so.1",
#endif
  };
  for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
    if (is(libraries[i], name, name_bytes)) return true;
  }
  return false;
}
