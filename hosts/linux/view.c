/* What the core looks at of a file before it is placed. Small pieces are read, because pages that were touched cost more when something is laid
 * over them; large ones are mapped, where the image may stay. */
#define _GNU_SOURCE
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "host.h"

/* ---- small pieces: of all files that are being loaded, one behind the other; whoever loads holds the lock ---- */

enum { HEAD_BYTES = 8192, WHOLE_BYTES = 1 << 15, SMALL_BYTES = 4096, SCRATCH_BYTES = 1 << 18 };
static _Alignas(16) char scratch[SCRATCH_BYTES];
static size_t scratch_used;
static unsigned scratch_views;

/* Null if there is no room, or the file does not have as much any more. */
static char *read_piece(struct file *file, uint64_t offset, size_t bytes) {
  if (bytes > SCRATCH_BYTES - scratch_used) return NULL;
  char *piece = scratch + scratch_used;
  if (pread(file_number(file), piece, bytes, (off_t)offset) != (ssize_t)bytes) return NULL;
  scratch_used += (bytes + 15) & ~(size_t)15;
  ++scratch_views;
  return piece;
}

static bool is_scratch(uint64_t addr) { return addr - addr_of(scratch) < SCRATCH_BYTES; }

static void drop_piece(void) {
  if (--scratch_views == 0) scratch_used = 0;
}

/* The beginning is read once: it says what there is to know about the rest, mostly. Of a small file it is all. */
bool view_head(struct file *file) {
  if (file->head) return true;
  size_t bytes = file->bytes <= WHOLE_BYTES ? (size_t)file->bytes : HEAD_BYTES;
  file->head = read_piece(file, 0, bytes);
  file->head_bytes = file->head ? bytes : 0;
  return file->head;
}

/* The program headers, unchecked; null if what was read of the file does not have them. */
static const ElfW(Phdr) *headers_in(const struct file *file, unsigned *count) {
  const ElfW(Ehdr) *header = (const void *)file->head;
  size_t bytes = file->head_bytes;
  if (bytes < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phoff > bytes
      || header->e_phnum > (bytes - header->e_phoff) / sizeof(ElfW(Phdr)) || header->e_phoff % sizeof(uintptr_t)) return NULL;
  *count = header->e_phnum;
  return (const void *)(file->head + header->e_phoff);
}

/* What lies in a small segment that can be written to (the dynamic section) is read with all of that: it will be copied from here. */
static bool view_data(struct file *file, uint64_t offset, uint64_t bytes) {
  unsigned count = 0;
  const ElfW(Phdr) *headers = file->data ? NULL : headers_in(file, &count);
  for (unsigned i = 0; i < count; ++i) {
    const ElfW(Phdr) *each = &headers[i];
    if (each->p_type != PT_LOAD || !(each->p_flags & PF_W) || each->p_filesz > SMALL_BYTES || offset < each->p_offset || each->p_filesz < bytes || offset - each->p_offset > each->p_filesz - bytes) continue;
    file->data = read_piece(file, each->p_offset, each->p_filesz);
    file->data_offset = each->p_offset;
    file->data_bytes = file->data ? each->p_filesz : 0;
    return file->data;
  }
  return false;
}

const char *view_known(const struct file *file, uint64_t offset, uint64_t bytes) {
  if (file->head && offset + bytes <= file->head_bytes) return file->head + offset;
  return file->data && offset >= file->data_offset && offset - file->data_offset + bytes <= file->data_bytes ? file->data + (offset - file->data_offset) : NULL;
}

/* ---- large ones ---- */

/* What the headers say of the image's memory, unchecked: if it is right, the file's own mapping can serve as the image. */
struct outline {
  uint64_t bytes; /* from vaddr 0 on; 0: unknown */
  uint64_t align; /* of its segments, the largest */
  uint64_t large; /* the page where a large writable segment begins; LW_NONE: there is none */
  uint64_t tail;  /* the page from which on everything can be written to; LW_NONE: there is none */
};

static struct outline outline_of(struct file *file) {
  enum { FARTHEST = 1 << 28 };
  struct outline outline = {0, 0, LW_NONE, LW_NONE};
  unsigned count = 0;
  const ElfW(Phdr) *headers = headers_in(file, &count);
  for (unsigned i = 0; i < count; ++i) {
    const ElfW(Phdr) *each = &headers[i];
    if (each->p_type != PT_LOAD || each->p_memsz == 0) continue;
    uint64_t end = (uint64_t)each->p_vaddr + each->p_memsz;
    if (end < each->p_vaddr || end > file->bytes + FARTHEST || (outline.bytes == 0 && each->p_vaddr >= page_bytes)) return (struct outline){0, 0, LW_NONE, LW_NONE};
    if (each->p_align > outline.align) outline.align = each->p_align;
    if (each->p_flags & PF_W && each->p_filesz >= IMAGE_LARGE_BYTES && outline.large == LW_NONE) outline.large = page_down(each->p_vaddr);
    if (!(each->p_flags & PF_W)) outline.tail = LW_NONE;
    else if (outline.tail == LW_NONE) outline.tail = page_down(each->p_vaddr) > outline.bytes ? page_down(each->p_vaddr) : outline.bytes;
    if (page_up(end) > outline.bytes) outline.bytes = page_up(end);
  }
  return outline;
}

static bool only_maps;

bool view_maps(bool wanted) {
  bool was = only_maps;
  only_maps = wanted;
  return was;
}

/* A mapping would have been refused. */
static bool is_for_data(struct file *file) {
  struct statfs system;
  return fstatfs(file_number(file), &system) != 0 || system.f_flags & ST_NOEXEC;
}

/* A file that was read to its end by one call, and whose image is few pages. */
static bool find_copy(struct file *file, const struct outline *outline) {
  if (only_maps || outline->bytes == 0 || outline->align > page_bytes || file->head_bytes < file->bytes || is_for_data(file)) return false;
  file->map = slot_take_copy(outline->bytes);
  file->map_bytes = outline->bytes;
  file->shown_bytes = file->tail = 0;
  return file->is_copied = file->is_image = file->map;
}

/* Maps the file where its image may stay: as much of it as the image has room for. A large writable segment lies so that large pages can
 * hold it; of a small image only what nobody writes to is the file's. */
bool view_map(struct file *file) {
  if (file->map || file->is_memory) return true;
  if (file_number(file) < 0) return false;
  struct outline outline = outline_of(file);
  if (find_copy(file, &outline)) return true;
  size_t file_bytes = page_up(file->bytes), room = outline.bytes ? outline.bytes : file_bytes, shown = room < file_bytes ? room : file_bytes;
  void *where = NULL;
  if (outline.large != LW_NONE) where = image_range(&room, outline.large);
  else if (outline.tail != LW_NONE && outline.tail > 0) where = slot_take(outline.tail, outline.bytes - outline.tail);
  bool is_slot = where && slot_holds(where);
  if (is_slot) shown = outline.tail;
  void *map = mmap(where, where ? shown : room, PROT_READ, MAP_PRIVATE | (where ? MAP_FIXED : 0), file_number(file), 0);
  if (map == MAP_FAILED) {
    if (is_slot) slot_give(where, 0);
    else if (where) munmap(where, room);
    return false;
  }
  file->map = map;
  file->map_bytes = room;
  file->shown_bytes = shown < file_bytes ? shown : file_bytes;
  file->tail = outline.tail < room ? outline.tail : room;
  file->is_taken = false;
  file->is_image = outline.bytes > 0;
  return true;
}

/* All of it, for what lies behind the image: symbols for debuggers, sections. */
static bool map_whole(struct file *file) {
  void *map = mmap(NULL, file->bytes, PROT_READ, MAP_PRIVATE, file_number(file), 0);
  if (map == MAP_FAILED) return false;
  file->whole = map;
  return true;
}

/* Nobody looks at it any more. */
void view_end(struct file *file) {
  if (file->map && !file->is_taken && !file->is_memory) image_unmap(file->map, file->map_bytes, file->tail);
  if (!file->is_memory) file->map = NULL;
  if (file->whole) munmap(file->whole, file->bytes);
  if (file->head) drop_piece();
  if (file->data) drop_piece();
  file->whole = file->head = file->data = NULL;
  file->head_bytes = file->data_bytes = 0;
  file->is_taken = file->is_copied = false;
}

/* ---- what the core asks ---- */

uint64_t lw_source_bytes(uint32_t source) {
  struct file *file = file_at(source);
  return file ? file->bytes : 0;
}

static char *view_of(struct file *file, uint64_t offset, uint64_t bytes) {
  if (file->is_memory) return file->map + offset;
  char *known = (char *)view_known(file, offset, bytes);
  if (known) return known;
  if (!file->map && file_number(file) >= 0 && (bytes <= SMALL_BYTES || file->bytes <= WHOLE_BYTES)) {
    if (view_head(file)) {
      if (offset + bytes <= file->head_bytes || view_data(file, offset, bytes)) return (char *)view_known(file, offset, bytes);
      char *piece = read_piece(file, offset, (size_t)bytes);
      if (piece) return piece;
    }
  }
  if (!view_map(file)) return NULL;
  if (offset + bytes <= file->shown_bytes) return file->map + offset;
  return file->whole || map_whole(file) ? file->whole + offset : NULL;
}

uint64_t lw_source_view(uint32_t session, uint32_t source, uint64_t offset, uint64_t bytes) {
  (void)session;
  struct file *file = file_at(source);
  if (!file || offset > file->bytes || bytes > file->bytes - offset || (file->is_memory && !file->map)) return LW_REFUSED;
  char *view = view_of(file, offset, bytes);
  if (!view) return LW_REFUSED;
  /* What is linked is read to its end: it must not have been cut meanwhile. */
  if (bytes == file->bytes && file->head_bytes < bytes && file->is_busy && !file->is_memory) guard_watch(file);
  ++file->views;
  return addr_of(view);
}

void lw_source_unview(uint32_t source, uint64_t addr, uint64_t bytes) {
  (void)bytes;
  struct file *file = file_at(source);
  if (!file) return;
  bool is_kept = (file->head && addr - addr_of(file->head) < file->head_bytes) || (file->data && addr - addr_of(file->data) < file->data_bytes);
  if (is_scratch(addr) && !is_kept) drop_piece();
  if (--file->views > 0) return;
  view_end(file);
  if (!file->is_busy && !file->is_watched) file_close(file);
}

void lw_source_close(uint32_t source) {
  struct file *file = file_at(source);
  if (file) file_settle(file);
}

uint64_t lw_source_placed(uint32_t source) {
  struct file *file = file_at(source);
  return file ? file->bias : LW_NONE;
}
