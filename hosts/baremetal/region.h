/* Who has which part of the RAM. Free memory is what lies between the reservations, so none can be lost. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a reservation is for; each use is counted by itself. */
enum region_use { REGION_IMAGE, REGION_HEAP, REGION_MODULE, REGION_USES };

#define REGION_ANYWHERE UINTPTR_MAX
#define REGION_REFUSED UINTPTR_MAX

/* Takes the RAM that the boot code leaves. Once, first. */
void region_start(void);

/* A zeroed, readable and writable range of whole pages at a multiple of 2^align_log2, or at `exact`: free RAM, or a
 * range between MODULE_LOW and MODULE_HIGH, behind which RAM is put. */
uintptr_t region_reserve(size_t bytes, unsigned align_log2, uintptr_t exact, enum region_use use);

/* The same in a window of free RAM, or of what lies between MODULE_LOW and MODULE_HIGH, at the lowest address that is free there. */
uintptr_t region_reserve_within(uintptr_t start, size_t size, size_t bytes, unsigned align_log2, enum region_use use);

/* Remembers that a part of a module's reservation is filled from this source, and says whose the reservation of an address is: the
 * one that was told last, 0 for none. */
void region_fill(uintptr_t at, uint32_t source);
uint32_t region_source(uintptr_t at);

/* Gives a whole reservation back and unmaps it. false: there is none of just this place, size and use. */
bool region_release(uintptr_t at, size_t bytes, enum region_use use);

/* Makes a part of a module's reservation, that whole pages hold, readable and writable: to fill it.
 * Pages between the parts, in ascending order, are unmapped. false: it is not part of one. */
bool region_begin(uintptr_t at, size_t bytes);

/* Sets permissions (PF bits) of the pages that hold a part of a module's reservation. false: it is not part of one,
 * it would be both writable and executable, or the boot code has no memory for page tables. */
bool region_protect(uintptr_t at, size_t bytes, unsigned prot);

/* Bytes in reservations of this use. */
size_t region_taken(enum region_use use);
