/* The symbols that the image itself defines for modules: the one list is symbols.def. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol {
  const char *name;
  const void *at;
  size_t bytes; /* 0 for functions */
};

/* Prepares for lookups. Once, first. */
void symbols_start(void);

/* The symbol of this name, or NULL. `soft` asks for the variant whose floating point arguments are passed as integers,
 * where the machine has two conventions. */
const struct symbol *symbols_find(const char *name, size_t name_bytes, bool soft);

/* Marks a symbol as bound. symbols_news() gives those that are, each once, until there are none: NULL. */
void symbols_bind(const struct symbol *symbol);
const struct symbol *symbols_news(void);

/* Whether the image stands for a library of this name. */
bool symbols_library(const char *name, size_t name_bytes);
