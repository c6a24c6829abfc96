/* What is measured, as its driver sees it: each linker is a program of its own that has these functions. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Once, before anything is timed. `file` is what will be loaded, for who prepares a plan. */
void peer_start(const char *file);

/* Loads a file and what it needs, bound at once; null if that is refused. */
void *peer_open(const char *path, bool is_global);

/* The same of bytes; a linker that has no such thing does not define it. */
void *peer_open_memory(void *bytes, size_t size) __attribute__((weak));

/* Objects as one module, of which `symbol` is wanted. `library` is what a linker has made of the same. */
void *peer_open_objects(const char *library, const char *const *paths, size_t count, const char *symbol) __attribute__((weak));

/* A symbol of a module or of what it needs; null if there is none. `bytes` is the length of the name, which ends with NUL. */
void *peer_symbol(void *module, const char *name, size_t bytes);

void peer_close(void *module);

/* Why the last open was refused. */
const char *peer_error(void);
