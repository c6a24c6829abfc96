/* How whoever creates the core gives the wasm2c runtime its memory. */
#pragma once
#include <stddef.h>

/* Names the buffer that the next instance's linear memory lies in, whole; it grows no further than its end. */
void runtime_buffer(void *buffer, size_t bytes);

/* The host's: the core met a trap of WebAssembly. */
_Noreturn void lw_trap(const char *cause);
