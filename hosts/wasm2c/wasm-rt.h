/* What the C that wasm2c (wabt 1.0.39) writes needs of a runtime, without libc: one memory, no table, no exception. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define WASM_RT_NO_RETURN __attribute__((noreturn))
#define WASM_RT_THREAD_LOCAL
#ifdef LW_GUARD_PAGES /* nothing is mapped behind the memory, as far as 32 bits and an offset of 32 bits reach: that is checked by the machine */
#define WASM_RT_MEMCHECK_GUARD_PAGES 1
#define WASM_RT_MEMCHECK_BOUNDS_CHECK 0
#else
#define WASM_RT_MEMCHECK_GUARD_PAGES 0
#define WASM_RT_MEMCHECK_BOUNDS_CHECK 1
#endif
#define WASM_RT_STACK_DEPTH_COUNT 0
#define WASM_RT_USE_SEGUE 0
#define wasm_rt_memcpy __builtin_memcpy
#define wasm_rt_unreachable __builtin_unreachable

typedef enum {
  WASM_RT_TRAP_NONE,
  WASM_RT_TRAP_OOB,
  WASM_RT_TRAP_INT_OVERFLOW,
  WASM_RT_TRAP_DIV_BY_ZERO,
  WASM_RT_TRAP_INVALID_CONVERSION,
  WASM_RT_TRAP_UNREACHABLE,
  WASM_RT_TRAP_CALL_INDIRECT,
  WASM_RT_TRAP_UNCAUGHT_EXCEPTION,
  WASM_RT_TRAP_UNALIGNED,
  WASM_RT_TRAP_NULL_REF,
  WASM_RT_TRAP_EXHAUSTION,
} wasm_rt_trap_t;

typedef enum { WASM_RT_I32, WASM_RT_I64, WASM_RT_F32, WASM_RT_F64, WASM_RT_V128, WASM_RT_FUNCREF, WASM_RT_EXTERNREF } wasm_rt_type_t;

typedef const char *wasm_rt_func_type_t;
typedef void (*wasm_rt_function_ptr_t)(void);
typedef struct wasm_rt_tailcallee {
  void (*fn)(void *, void *, struct wasm_rt_tailcallee *);
} wasm_rt_tailcallee_t;
typedef struct {
  wasm_rt_func_type_t func_type;
  wasm_rt_function_ptr_t func;
  wasm_rt_tailcallee_t func_tailcallee;
  void *module_instance;
} wasm_rt_funcref_t;
typedef struct {
  wasm_rt_funcref_t *data;
  uint32_t max_size, size;
} wasm_rt_funcref_table_t;
typedef void *wasm_rt_externref_t;
typedef struct {
  wasm_rt_externref_t *data;
  uint32_t max_size, size;
} wasm_rt_externref_table_t;
#define wasm_rt_funcref_null_value ((wasm_rt_funcref_t){0})
#define wasm_rt_externref_null_value 0

/* A linear memory. Accesses are checked against `size`, which may end in the middle of a page: a machine need not
 * give 64 KiB to a core that is content with less. */
typedef struct {
  uint8_t *data;
  uint64_t pages, max_pages, page_size, size;
  bool is64;
} wasm_rt_memory_t;

/* Whether an access ends outside. A machine of 32 bits has no more of an address: what wraps around is inside, as what is behind a null is. */
#if UINTPTR_MAX == UINT32_MAX
#define OUTSIDE(memory, at, bytes) ((uint32_t)(at) > (uint32_t)(memory)->size - (uint32_t)(bytes))
#else
#define OUTSIDE(memory, at, bytes) ((at) + (uint64_t)(bytes) > (memory)->size)
#endif

/* Memory that threads share is no other one: the core's accesses to it are atomic ones. */
#define WASM_RT_C11_AVAILABLE 1
typedef wasm_rt_memory_t wasm_rt_shared_memory_t;
#define wasm_rt_allocate_memory_shared wasm_rt_allocate_memory
#define wasm_rt_free_memory_shared wasm_rt_free_memory
#define wasm_rt_grow_memory_shared wasm_rt_grow_memory

WASM_RT_NO_RETURN void wasm_rt_trap(wasm_rt_trap_t trap);
bool wasm_rt_is_initialized(void);
void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint64_t pages, uint64_t max_pages, bool is64, uint32_t page_size);
void wasm_rt_free_memory(wasm_rt_memory_t *memory);
uint64_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint64_t pages);
