/* The family under its own names: this library, loaded in front of the C library, takes its place. */
#define _GNU_SOURCE
#include "../family/family.h"
#include "../own.h"

#define LINKAGE PUBLIC
#define FAMILY(name) name
#include "../family/functions.inc"

/* Whoever is loaded finds these as the program does, or what the program has in front of them. */
const bool family_is_public = true;
