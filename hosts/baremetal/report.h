/* The events of docs/image.md that tell what a command came to. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* A fault, as the core tells it or in its words. */
struct fault {
  uint64_t code, what, at, value;
  const char *source, *member, *name; /* the file at fault; its member, of an archive; a name if one helps */
  size_t member_bytes, name_bytes;
};
void report_fault(const char *file, const struct fault *fault);

/* The fault of a session that failed. */
void report_failed(const char *file, uint32_t session);

/* A fault that no session tells of: the core had no memory for one, or a handle was refused. */
void report_code(const char *file, uint32_t code);

/* What could not be done. */
void report_skipped(const char *file, const char *command);

/* A symbol that is not there; all that a session misses. */
void report_missing(const char *file, const char *symbol, size_t symbol_bytes, const char *by);
void report_all_missing(const char *file, uint32_t session);

/* The host symbols that were bound for the first time. After a load, so that printing is not measured as linking. */
void report_host(void);

/* What the modules, their heap and the core take. */
void report_memory(void);

/* A module stays although its last reference was given back, and why (enum lw_kept). */
void report_stays(uint32_t module, uint32_t kept);
