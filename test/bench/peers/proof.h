/* Which linker it was that loaded something. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* How many modules the system's linker has ever loaded. libc's own dl_iterate_phdr is asked: in this program that name may mean
 * somebody else's, and the list that debuggers read has what others wrote into it. */
unsigned system_loads(void);

/* How many mappings of this process are of the file, and whether code can be run at an address. */
unsigned mappings_of(const char *path);
bool is_code(const void *address);

/* Bytes that this process holds in pages of its own that are of no file and of no file's image. */
size_t held_beside(void);

/* Says why, and ends the process. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));
