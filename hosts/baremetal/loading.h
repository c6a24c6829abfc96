/* What the script has loaded, by the names that it gives, and how long that took. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Loads a file in the context that we are in, under a name that is not copied, and reports what came of it. */
/* One more object or archive for the next load: it becomes one module with what that names. False if there is no memory. */
bool load_with(uint32_t source);
void load_as(const char *name, uint32_t source, uint32_t flags);

/* Gives back what was loaded under a name, and reports it. false: nothing was. */
bool unload_named(const char *name);

/* Whether something was loaded under a name. */
bool is_loaded(const char *name);

/* The module of a name: what was loaded under it, or the file that was loaded because another needs it; 0 if it is not there. */
uint32_t module_of(const char *name);

/* The core entered a stage (enum lw_stage) of a session: ends the measurement of the one before. */
void loading_stage(uint32_t stage);
