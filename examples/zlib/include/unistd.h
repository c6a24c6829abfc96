#pragma once
#include <sys/types.h>

#define _LFS64_LARGEFILE 1
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

int close(int file);
off64_t lseek64(int file, off64_t offset, int whence);
ssize_t read(int file, void *to, size_t bytes);
ssize_t write(int file, const void *from, size_t bytes);
