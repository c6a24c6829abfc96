/* Lazy binding: a function is looked up when it is called for the first time. */
#pragma once
#include <stdint.h>

/* Where a module's PLT goes for a function that is not bound yet: boot/<machine>/lazy.S. */
extern const char lazy_entry[];

/* What that asks: where entry `slot` of a module's DT_JMPREL leads, for a call that returns to `returns`. If nobody defines the
 * function, that ends the image. */
uintptr_t lazy_bind(uintptr_t module, uintptr_t slot, uintptr_t returns);
