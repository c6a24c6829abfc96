/* Where libraries are looked for: the payload's files, whose names may have folders. docs/image.md */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* A list of folders, separated by colons, for the next search_find: `origin` is the index of the file whose folder $ORIGIN means.
 * Rank 0 comes before the payload's root, 1 behind it. */
void search_add(unsigned origin, const char *text, size_t bytes, unsigned rank);

/* The index of the library of this name, or -1; forgets the folders. */
int search_find(const char *name, size_t name_bytes);

/* The script will load this file: it is found by the last part of its name, whatever folder it is in. */
void search_name(unsigned index);
