#pragma once
#include <stddef.h>

void *calloc(size_t count, size_t each);
void free(void *at);
void *malloc(size_t bytes);
