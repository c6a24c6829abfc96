#pragma once
#include <stdbool.h>

/* The process ends, and what is loaded has been finalised: nothing is unloaded from here on. */
extern bool is_ending;
