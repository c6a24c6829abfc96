/* What ld.so.cache says of libraries. */
#pragma once
struct file;

/* Tries the paths of a name, those for what this processor has more than the least first, until one opens; null if none does. */
struct file *cache_find(const char *name, struct file *(*open)(const char *path, void *data), void *data);

/* It may be another one when it is next wanted. */
void cache_close(void);
