/* Files, by number. A number is a slot and how often the slot was used: one that is no longer used means nothing. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host.h"

enum { SLOT_BITS = 18, SLOTS = 1 << SLOT_BITS, BUCKETS = 1 << 12 };

static struct file *files; /* of SLOTS; untouched pages cost nothing */
static uint32_t used = 1, unused; /* slots that ever were used; the first that is free again, linked by `next` */
static uint32_t buckets[BUCKETS];

struct file *file_at(uint32_t source) {
  uint32_t slot = source % SLOTS;
  return slot > 0 && slot < used && files[slot].source == source && files[slot].path ? &files[slot] : NULL;
}

static uint32_t *bucket_of(dev_t device, ino_t inode) { return &buckets[(inode * 31 + device) % BUCKETS]; }

static struct file *file_new(const char *path) {
  if (!files) {
    void *room = mmap(NULL, SLOTS * sizeof *files, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) return NULL;
    files = room;
  }
  uint32_t slot = unused ? unused : used;
  if (slot == SLOTS) return errno = ENFILE, NULL;
  char *copy = strdup(path);
  if (!copy) return NULL;
  struct file *file = &files[slot];
  if (unused) unused = file->next;
  else ++used;
  uint32_t turn = (file->source >> SLOT_BITS) + 1;
  *file = (struct file){.path = copy, .look = view_nothing, .bias = LW_NONE, .number = -1, .source = (turn << SLOT_BITS & INT32_MAX) | slot};
  return file;
}

static void file_free(struct file *file) {
  uint32_t slot = file->source % SLOTS;
  if (!file->is_memory) {
    uint32_t *link = bucket_of(file->device, file->inode);
    while (*link && *link != slot) link = &files[*link].next;
    if (*link) *link = file->next;
  }
  free(file->path);
  file->path = NULL;
  file->next = unused;
  unused = slot;
}

void file_close(struct file *file) {
  if (file->number >= 0 && !file->is_lent) close(file->number);
  file->number = -1;
}

/* Nothing holds it that would name it again. */
void file_settle(struct file *file) {
  if (file->is_busy || file->is_watched || file->views > 0) return;
  view_end(file);
  file->buffer = NULL;
  file_close(file);
  if (file->uses == 0 && file->bias == LW_NONE) file_free(file);
}

void file_drop(struct file *file) {
  file->is_busy = false;
  file_settle(file);
}

/* Where there are no more numbers to have, those of files that can be opened once more are given back; false if there were none. */
static bool spare_numbers(void) {
  bool has_spared = false;
  for (uint32_t slot = 1; slot < used; ++slot) {
    struct file *file = &files[slot];
    if (!file->path || file->number < 0 || file->is_lent) continue;
    file_close(file);
    has_spared = true;
  }
  return has_spared;
}

/* A FIFO must not make us wait for its other end: that is asked for once, and only a regular file is read. */
int number_open(const char *path) {
  int number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (number < 0 && (errno == EMFILE || errno == ENFILE) && spare_numbers()) number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  return number;
}

int file_number(struct file *file) {
  if (file->number >= 0 || file->is_memory) return file->number;
  struct stat found;
  int number = number_open(file->path);
  if (number < 0) return -1;
  if (fstat(number, &found) == 0 && found.st_dev == file->device && found.st_ino == file->inode) return file->number = number;
  close(number); // another file has its path by now
  return -1;
}

/* Takes over an open number: what is known already is found by it. */
static int file_opened(int number, bool is_lent, const char *path, struct file **file) {
  struct stat found;
  int error = 0;
  if (fstat(number, &found) != 0) error = errno;
  else if (S_ISDIR(found.st_mode)) error = EISDIR;
  else if (!S_ISREG(found.st_mode)) error = ENODEV;
  else if ((uint64_t)found.st_size > SIZE_MAX / 2) error = EFBIG; /* it would have to be mapped */
  uint32_t *bucket = error ? NULL : bucket_of(found.st_dev, found.st_ino);
  uint32_t slot = error ? 0 : *bucket;
  while (slot && (files[slot].device != found.st_dev || files[slot].inode != found.st_ino)) slot = files[slot].next;
  struct file *known = slot ? &files[slot] : error ? NULL : file_new(path);
  if (!error && !known) error = errno;
  if (error) {
    if (!is_lent) close(number);
    return error;
  }
  if (!slot) {
    known->device = found.st_dev;
    known->inode = found.st_ino;
    known->next = *bucket;
    *bucket = known->source % SLOTS;
  }
  if (known->number >= 0) {
    if (!is_lent) close(number);
  } else {
    known->number = number;
    known->is_lent = is_lent;
    /* Who looks at it has checked what it asks for against what it was when that began. */
    if (!known->is_busy && known->views == 0) known->bytes = (uint64_t)found.st_size;
  }
  *file = known;
  return 0;
}

int file_open(const char *path, struct file **file) {
  int number = number_open(path);
  return number < 0 ? errno : file_opened(number, false, path, file);
}

int file_of_number(int number, const char *name, struct file **file) {
  char link[64], path[4096];
  if (!name) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", number);
    ssize_t bytes = readlink(link, path, sizeof path - 1);
    if (bytes < 0) return errno == ENOENT ? EBADF : errno;
    path[bytes] = 0;
    name = path;
  }
  return file_opened(number, true, name, file);
}

int file_of_memory(void *bytes, size_t size, const char *name, bool is_adoptable, struct file **file) {
  struct file *made = file_new(name);
  if (!made) return errno;
  made->bytes = size;
  made->buffer = bytes;
  made->is_memory = true;
  made->is_adoptable = is_adoptable;
  *file = made;
  return 0;
}

bool file_suits(struct file *file) {
#if UINTPTR_MAX > UINT32_MAX
  enum { CLASS = ELFCLASS64 };
#else
  enum { CLASS = ELFCLASS32 };
#endif
  static uint16_t machine;
  if (!machine) {
#if defined __x86_64__
    machine = EM_X86_64;
#elif defined __i386__
    machine = EM_386;
#elif defined __aarch64__
    machine = EM_AARCH64;
#elif defined __arm__
    machine = EM_ARM;
#elif defined __riscv
    machine = EM_RISCV;
#elif defined __loongarch__
    machine = 258;
#endif
  }
  const Elf32_Ehdr *head = view_head(file) ? (const void *)file->look->head : NULL; /* both classes begin alike */
  if (!head || file->look->head_bytes < sizeof *head) return true;
  return memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 || (head->e_ident[EI_CLASS] == CLASS && head->e_machine == machine);
}
