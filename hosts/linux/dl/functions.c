/* The family under its own names: this library, loaded in front of the C library, takes its place. */
#define _GNU_SOURCE
#include "../family/family.h"

#pragma GCC visibility push(default)
#define FAMILY(name) name
#include "../family/functions.inc"
#pragma GCC visibility pop
