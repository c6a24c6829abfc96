/* The files that the image was handed: entries of a cpio archive ("newc", as an initramfs) that lies in memory. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An entry. Its number as a source of the core is its index + 1. */
struct payload_file {
  const char *name; /* NUL-terminated, without a leading "./" */
  const unsigned char *start;
  size_t bytes;
};

/* Reads the archive. false: there is none, it is damaged, or there is no memory for its list. */
bool payload_open(const void *archive, size_t bytes);

/* How many files there are, and the one of an index; NULL if there is none. */
unsigned payload_count(void);
const struct payload_file *payload_at(unsigned index);

/* The index of the file of this name, or -1. */
int payload_find(const char *name, size_t name_bytes);
