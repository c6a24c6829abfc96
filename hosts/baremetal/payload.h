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
  unsigned prot; /* of its pages that are used in place: PF bits */
};

/* Reads the archive. false: there is none, it is damaged, or there is no memory for its list. */
bool payload_open(const void *archive, size_t bytes);

/* How many files there are, and the one of an index; NULL if there is none. */
unsigned payload_count(void);
const struct payload_file *payload_at(unsigned index);

/* Gives pages that hold a part of a file, and nothing of another one, permissions (PF bits), beside those that the file has been given so far: it is
 * used in place from now on. false: they hold something else, too, or would be writable. */
bool payload_protect(uintptr_t at, size_t bytes, unsigned prot);

/* The index of the file of this name, or -1. */
int payload_find(const char *name, size_t name_bytes);
