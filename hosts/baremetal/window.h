/* Where the script says that a kind of memory lies, by its number. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "board.h"

enum { WINDOWS = 32 };

/* false: there are too many. */
bool window_add(uint32_t number, struct span span);

/* NULL: any memory will do. */
const struct span *window_of(uint32_t number);
