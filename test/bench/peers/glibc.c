/* The system's linker, which everything is compared with. From memory it loads by way of a file that has no name. */
#define _GNU_SOURCE
#include "peer.h"
#include <dlfcn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

void peer_start(const char *file) { (void)file; }

void *peer_open(const char *path, bool is_global) { return dlopen(path, RTLD_NOW | (is_global ? RTLD_GLOBAL : RTLD_LOCAL)); }

void *peer_open_memory(void *bytes, size_t size) {
  int file = memfd_create("memory", MFD_CLOEXEC);
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  void *module = file >= 0 && write(file, bytes, size) == (ssize_t)size ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
  close(file);
  return module;
}

/* The system's linker takes no objects: it has what the static one made of them, which is what objects are to be compared with. */
void *peer_open_objects(const char *library, const char *const *paths, size_t count, const char *symbol) {
  (void)paths, (void)count, (void)symbol;
  return peer_open(library, false);
}

void *peer_symbol(void *module, const char *name, size_t bytes) {
  (void)bytes;
  return dlsym(module, name);
}

void peer_close(void *module) { dlclose(module); }

const char *peer_error(void) { return dlerror(); }
