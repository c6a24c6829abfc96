#pragma once
#include <stdarg.h>
#include <stddef.h>

int snprintf(char *restrict to, size_t room, const char *restrict format, ...);
int vsnprintf(char *restrict to, size_t room, const char *restrict format, va_list arguments);
