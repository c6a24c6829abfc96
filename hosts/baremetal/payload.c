#include "payload.h"
#include "board.h"
#include "libc/libc.h"
#include "machine.h"
#include "page.h"
#include "region.h"

/* The header of an entry: "070701", then thirteen numbers of eight hexadecimal digits. cpio(5) "New ASCII Format". */
enum { HEADER_BYTES = 110, MODE = 1, FILE_BYTES = 6, NAME_BYTES = 11, MODE_TYPE = 0170000, MODE_FILE = 0100000 };

static struct payload_file *files;
static unsigned count;

static bool number(const unsigned char *header, unsigned index, uint32_t *value) {
  const unsigned char *digits = header + 6 + 8 * index;
  *value = 0;
  for (unsigned i = 0; i < 8; i++) {
    unsigned char c = digits[i], lower = c | 0x20;
    unsigned digit = c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10u : 16;
    if (digit > 15) return false;
    *value = *value << 4 | digit;
  }
  return true;
}

/* Where the entry's file and the next entry begin: both at multiples of four from the archive's start. */
struct entry {
  struct payload_file file;
  size_t next;
  bool regular, last;
};

static size_t round4(size_t value) { return (value + 3) & ~(size_t)3; }

/* Reads the entry at an offset. Every sum is of numbers below 2^32 and an offset within the archive, so that only on
 * a machine of 32 bits it might wrap: there the archive itself is far smaller, and each step is compared before the next. */
static bool entry_at(const unsigned char *archive, size_t bytes, size_t at, struct entry *entry) {
  uint32_t mode, file_bytes, name_bytes;
  if (bytes - at < HEADER_BYTES || memcmp(archive + at, "070701", 6) != 0) return false;
  if (!number(archive + at, MODE, &mode) || !number(archive + at, FILE_BYTES, &file_bytes) ||
      !number(archive + at, NAME_BYTES, &name_bytes)) return false;
  size_t name = at + HEADER_BYTES;
  if (name_bytes == 0 || name_bytes > bytes - name || archive[name + name_bytes - 1] != 0) return false;
  size_t file = round4(name + name_bytes);
  if (file > bytes || file_bytes > bytes - file) return false;
  size_t next = round4(file + file_bytes);

  const char *text = (const char *)archive + name;
  if (text[0] == '.' && text[1] == '/') text += 2;
  *entry = (struct entry){
    .file = {.name = text, .start = archive + file, .bytes = file_bytes},
    .next = next < bytes ? next : bytes,
    .regular = (mode & MODE_TYPE) == MODE_FILE,
    .last = strcmp(text, "TRAILER!!!") == 0,
  };
  return true;
}

/* Goes through the archive; writes the list if there is one to write to. */
static bool read_all(const unsigned char *archive, size_t bytes, struct payload_file *list) {
  count = 0;
  for (size_t at = 0;;) {
    struct entry entry;
    if (!entry_at(archive, bytes, at, &entry)) return false;
    if (entry.last) return true;
    if (entry.regular) {
      if (list) list[count] = entry.file;
      count++;
    }
    at = entry.next;
  }
}

bool payload_open(const void *archive, size_t bytes) {
  count = 0;
  if (!read_all(archive, bytes, NULL)) {
    count = 0;
    return false;
  }
  size_t list = page_ceil(count * sizeof *files);
  if (list == 0) return true;
  uintptr_t at = region_reserve(list, 0, REGION_ANYWHERE, REGION_IMAGE);
  if (at == REGION_REFUSED) {
    count = 0;
    return false;
  }
  files = (struct payload_file *)at;
  return read_all(archive, bytes, files);
}

unsigned payload_count(void) { return count; }

const struct payload_file *payload_at(unsigned index) { return index < count ? &files[index] : NULL; }

bool payload_protect(uintptr_t at, size_t bytes, unsigned prot) {
  struct span room = board_payload();
  for (unsigned i = 0; i < count; i++) {
    uintptr_t start = (uintptr_t)files[i].start, end = i + 1 < count ? (uintptr_t)files[i + 1].start : room.start + room.bytes;
    if (at < start || at - start >= files[i].bytes) continue;
    if (prot & PF_W || bytes > end - at) return false;
    files[i].prot |= prot;
    return board_map(at, at, bytes, files[i].prot);
  }
  return false;
}

int payload_find(const char *name, size_t name_bytes) {
  for (unsigned i = 0; i < count; i++) {
    if (strlen(files[i].name) == name_bytes && memcmp(files[i].name, name, name_bytes) == 0) return (int)i;
  }
  return -1;
}
