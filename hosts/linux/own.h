/* Symbols that loaded modules get from this host, whatever else defines them. */
#pragma once
#include <stddef.h>
const void *own_symbol(const char *name, size_t bytes);
