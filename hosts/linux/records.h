/* What everybody may know of a module that is there: programs, unwinders and debuggers find it by address or in a list, without a lock. */
#pragma once
#include <link.h>
#include "host.h"

struct record {
  struct link_map map;  /* what programs and debuggers are shown; first. Of what the system's linker loaded, not in use */
  struct link_map *real; /* the system's linker's own, of what that loaded */
  uint32_t module;      /* 0: the record is free */
  uint32_t context;     /* the core's */
  uint32_t opens;       /* of dlopen that no dlclose took back */
  uint32_t source;
  const ElfW(Phdr) *headers;
  uint16_t header_count;
  bool has_own_headers; /* they are not in memory: a copy is */
  bool is_copy;         /* only who loaded it knows of it */
  bool is_deep;         /* its own libraries come before what is global */
  const void *eh_frame; /* PT_GNU_EH_FRAME */
  struct record *free_next;
  /* Where its image is. Last: who looks for an address may still read this of one that is used again. */
  _Atomic uintptr_t start, end;
};

/* What a program holds. */
static inline void *handle_of(struct record *record) { return record->real ? record->real : &record->map; }

/* The record of a handle, which may be anything; null if there is none. */
struct record *record_of(const void *handle);

/* The record that an address lies in. */
struct record *record_at(uintptr_t address);

/* Those that we loaded, in the order in which they came, linked by map.l_next; with the lock held. */
struct record *records_first(void);
static inline struct record *records_next(const struct record *record) { return (struct record *)record->map.l_next; }

/* What a context has of a file, but for copies; with the lock held. */
struct record *record_of_source(uint32_t context, uint32_t source);

/* How many came and went, for good. */
extern _Atomic unsigned long long records_added, records_removed;

/* Around each change of that list, for debuggers: RT_ADD or RT_DELETE of <link.h>. */
void debug_changes(int state);
void debug_changed(void);

/* Told the path of each that we loaded, when it is there; with the lock held. */
extern void count_told(const char *path) __attribute__((weak));
