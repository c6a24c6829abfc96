/* What a debugger reads to know which modules there are and where: the r_debug interface of System V's dynamic linkers. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* The core tells of a module that came, or that goes. */
void debugger_add(uint32_t module);
void debugger_remove(uint32_t module);

/* What a debugger sees of a module; NULL if there was no memory for it. */
struct link_map *debugger_map(uint32_t module);

/* How many ever came and went. */
extern unsigned long long debugger_added, debugger_removed;
