/* ld.so.cache, as ldconfig(8) of glibc 2.32 and later writes it: a header, entries by name, strings, and names of processors' levels. */
#define _GNU_SOURCE
#include "cache.h"
#include "host.h"
#include "levels.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct head {
  char magic[20];
  uint32_t count, string_bytes, flags, extensions, unused[3];
};
struct entry {
  int32_t flags;
  uint32_t name, path, unused;
  uint64_t level; /* 0: any; the upper half says that the lower is the number of a level's name */
};
enum { EXTENSIONS = 0xeaa42174, LEVEL_NAMES = 1, IS_LEVEL = 1 << 30 };
struct extension {
  uint32_t tag, flags, offset, bytes;
};

static struct {
  const char *start;
  size_t bytes;
  const struct entry *entries;
  uint32_t count;
  const uint32_t *levels; /* where their names are */
  uint32_t level_count;
} cache;

/* So many of something that lies there; null if they do not. */
static const void *table(size_t offset, size_t count, size_t each) {
  return offset <= cache.bytes && offset % sizeof(uint32_t) == 0 && count <= (cache.bytes - offset) / each ? cache.start + offset : NULL;
}

static const char *text(uint32_t offset) {
  return offset < cache.bytes && memchr(cache.start + offset, 0, cache.bytes - offset) ? cache.start + offset : "";
}

static void find_levels(uint32_t offset) {
  const uint32_t *head = offset ? table(offset, 2, sizeof *head) : NULL;
  const struct extension *each = head && head[0] == EXTENSIONS ? table(offset + 2 * sizeof *head, head[1], sizeof *each) : NULL;
  for (uint32_t i = 0; each && i < head[1]; ++i) {
    if (each[i].tag != LEVEL_NAMES) continue;
    cache.level_count = each[i].bytes / sizeof *cache.levels;
    cache.levels = table(each[i].offset, cache.level_count, sizeof *cache.levels);
  }
  if (!cache.levels) cache.level_count = 0;
}

static void read_head(void) {
  const struct head *head = table(0, 1, sizeof *head);
  if (!head || memcmp(head->magic, "glibc-ld.so.cache1.1", sizeof head->magic) != 0) return;
  cache.entries = table(sizeof *head, head->count, sizeof *cache.entries);
  if (!cache.entries) return;
  cache.count = head->count;
  find_levels(head->extensions);
}

static void open_cache(void) {
  struct stat found;
  int number = number_open("/etc/ld.so.cache");
  if (number < 0) return;
  if (fstat(number, &found) == 0 && found.st_size > 0) {
    void *start = mmap(NULL, (size_t)found.st_size, PROT_READ, MAP_PRIVATE, number, 0);
    if (start != MAP_FAILED) {
      cache.start = start, cache.bytes = (size_t)found.st_size;
      read_head();
    }
  }
  close(number);
}

void cache_close(void) {
  if (cache.start) munmap((void *)cache.start, cache.bytes);
  memset(&cache, 0, sizeof cache);
}

/* ---- by name: they descend, and digits in them count as the number that they are ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static uint32_t number(const char **text) {
  uint32_t value = 0;
  while (is_digit(**text)) value = value * 10 + (uint32_t)(*(*text)++ - '0');
  return value;
}

static int compare(const char *a, const char *b) {
  while (*a) {
    if (is_digit(*a) != is_digit(*b)) return is_digit(*a) ? 1 : -1;
    if (is_digit(*a)) {
      uint32_t one = number(&a), other = number(&b);
      if (one != other) return one > other ? 1 : -1;
    } else if (*a != *b) break;
    else ++a, ++b;
  }
  return (unsigned char)*a - (unsigned char)*b;
}

/* Its first entry, or that of the next. */
static uint32_t first_of(const char *name) {
  uint32_t low = 0, high = cache.count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (compare(text(cache.entries[middle].name), name) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* Whether an entry is for a level; null: for any processor. */
static bool is_for(const struct entry *entry, const char *level) {
  if (!level || !entry->level) return !level && !entry->level;
  uint32_t index = (uint32_t)entry->level;
  return entry->level >> 32 == IS_LEVEL && index < cache.level_count && strcmp(text(cache.levels[index]), level) == 0;
}

struct file *cache_find(const char *name, struct file *(*open)(const char *path, void *data), void *data) {
  if (!cache.start) open_cache();
  uint32_t first = first_of(name), end = first;
  while (end < cache.count && strcmp(text(cache.entries[end].name), name) == 0) ++end;
  if (first == end) return NULL;
  for (const char *const *level = levels();; ++level) {
    for (uint32_t i = first; i < end; ++i) {
      struct file *file = is_for(&cache.entries[i], *level) ? open(text(cache.entries[i].path), data) : NULL;
      if (file) return file;
    }
    if (!*level) return NULL;
  }
}
