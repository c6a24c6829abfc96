#pragma once
#include <stddef.h>

typedef long off_t;
typedef long long off64_t;
typedef long ssize_t;
