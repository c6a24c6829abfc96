/* Symbols that loaded modules get from this host, whatever else defines them. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
const void *own_symbol(const char *name, size_t bytes);

/* The dlopen family and what unwinders ask, in what is loaded where programs keep the system's; null: any other name. */
const void *family_named(const char *name);

/* What stands for a C library that can't end a module before the process; null: any other name. */
const void *closing_symbol(const char *name);

/* There where the family stands in front of the C library. */
extern const bool family_is_public __attribute__((weak));
