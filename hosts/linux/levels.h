/* Levels of processors, by what glibc calls the folders of their libraries. */
#pragma once

/* Those that this one has, the best first; null behind the last. With the lock held. */
const char *const *levels(void);
