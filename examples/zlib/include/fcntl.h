/* zlib asks which of the flags exist; the image refuses to open any file. Numbers as on Linux. */
#pragma once

#define O_RDONLY 0
#define O_WRONLY 01
#define O_CREAT 0100
#define O_EXCL 0200
#define O_TRUNC 01000
#define O_APPEND 02000

int open(const char *path, int flags, ...);
