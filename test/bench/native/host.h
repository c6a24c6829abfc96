/* A host for this very process, to measure the core in: files are mapped, code is called, libraries are found in one folder. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Opens the core. `folder` is where libraries are; it must stay. */
void host_start(const char *folder);

/* The number of a file; the same file has the same number. 0 if there is none. */
uint32_t host_source(const char *path);

/* Takes a session to its end and closes it; its result. A fault ends the process, with a word about it. */
uint32_t host_settle(uint32_t session);

/* What is reserved for modules, in bytes; files that are open or mapped. */
uint64_t host_reserved(void);
unsigned host_open_files(void);

/* Told of every event; null for nobody. */
extern void (*host_event)(uint32_t code, uint64_t a, uint64_t b);

/* Says why, and ends the process. */
_Noreturn void host_fail(const char *format, ...);
