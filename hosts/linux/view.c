/* What the core looks at of a file before it is placed. Small pieces are read, because pages that were touched cost more when something is laid
 * over them; large ones are mapped, where the image may stay. */
#define _GNU_SOURCE
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "host.h"

/* ---- who looks. One after the other needs no more than one ---- */

static const struct look nothing;
struct look *const view_nothing = (struct look *)&nothing;
static struct look *spare;

static bool begin(struct file *file) {
  if (file->look != view_nothing) return true;
  struct look *made = spare ? spare : malloc(sizeof *made);
  spare = NULL;
  if (!made) return false;
  *made = nothing;
  file->look = made;
  return true;
}

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
  if (file->look->head) return true;
  if (!begin(file)) return false;
  size_t bytes = file->bytes <= WHOLE_BYTES ? (size_t)file->bytes : HEAD_BYTES;
  file->look->head = read_piece(file, 0, bytes);
  file->look->head_bytes = file->look->head ? bytes : 0;
  return file->look->head;
}

/* The program headers, unchecked; null if what was read of the file does not have them. */
static const ElfW(Phdr) *headers_in(const struct look *look, unsigned *count) {
  const ElfW(Ehdr) *header = (const void *)look->head;
  size_t bytes = look->head_bytes;
  if (bytes < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phoff > bytes
      || header->e_phnum > (bytes - header->e_phoff) / sizeof(ElfW(Phdr)) || header->e_phoff % sizeof(uintptr_t)) return NULL;
  *count = header->e_phnum;
  return (const void *)(look->head + header->e_phoff);
}

/* What lies in a small segment that can be written to (the dynamic section) is read with all of that: it will be copied from here. */
static bool view_data(struct file *file, uint64_t offset, uint64_t bytes) {
  struct look *look = file->look;
  unsigned count = 0;
  const ElfW(Phdr) *headers = look->data ? NULL : headers_in(look, &count);
  for (unsigned i = 0; i < count; ++i) {
    const ElfW(Phdr) *each = &headers[i];
    if (each->p_type != PT_LOAD || !(each->p_flags & PF_W) || each->p_filesz > SMALL_BYTES || offset < each->p_offset || each->p_filesz < bytes || offset - each->p_offset > each->p_filesz - bytes) continue;
    look->data = read_piece(file, each->p_offset, each->p_filesz);
    look->data_offset = each->p_offset;
    look->data_bytes = look->data ? each->p_filesz : 0;
    return look->data;
  }
  return false;
}

const char *view_known(const struct file *file, uint64_t offset, uint64_t bytes) {
  const struct look *look = file->look;
  if (look->head && offset + bytes <= look->head_bytes) return look->head + offset;
  return look->data && offset >= look->data_offset && offset - look->data_offset + bytes <= look->data_bytes ? look->data + (offset - look->data_offset) : NULL;
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
  const ElfW(Phdr) *headers = headers_in(file->look, &count);
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
  struct look *look = file->look;
  if (only_maps || outline->bytes == 0 || outline->align > page_bytes || look->head_bytes < file->bytes || is_for_data(file)) return false;
  look->map = slot_take_copy(outline->bytes);
  look->map_bytes = outline->bytes;
  look->shown_bytes = look->tail = 0;
  return look->is_copied = look->is_image = look->map;
}

/* Maps the file where its image may stay: as much of it as the image has room for. A large writable segment lies so that large pages can
 * hold it; of a small image only what nobody writes to is the file's. */
bool view_map(struct file *file) {
  if (file->look->map || file->is_memory) return true;
  if (file_number(file) < 0 || !begin(file)) return false;
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
  struct look *look = file->look;
  look->map = map;
  look->map_bytes = room;
  look->shown_bytes = shown < file_bytes ? shown : file_bytes;
  look->tail = outline.tail < room ? outline.tail : room;
  look->is_image = outline.bytes > 0;
  return true;
}

/* All of it, for what lies behind the image: symbols for debuggers, sections. */
static bool map_whole(struct file *file) {
  void *map = mmap(NULL, file->bytes, PROT_READ, MAP_PRIVATE, file_number(file), 0);
  if (map == MAP_FAILED) return false;
  file->look->whole = map;
  return true;
}

/* Nobody looks at it any more. */
void view_end(struct file *file) {
  struct look *look = file->look;
  if (look == view_nothing) return;
  if (look->map && !look->is_taken) image_unmap(look->map, look->map_bytes, look->tail);
  if (look->whole) munmap(look->whole, file->bytes);
  if (look->head) drop_piece();
  if (look->data) drop_piece();
  file->look = view_nothing;
  if (spare) free(look);
  else spare = look;
}

/* ---- what the core asks ---- */

uint64_t lw_source_bytes(uint32_t source) {
  struct file *file = file_at(source);
  return file ? file->bytes : 0;
}

static char *view_of(struct file *file, uint64_t offset, uint64_t bytes) {
  if (file->is_memory) return file->buffer + offset;
  char *known = (char *)view_known(file, offset, bytes);
  if (known) return known;
  if (!file->look->map && file_number(file) >= 0 && (bytes <= SMALL_BYTES || file->bytes <= WHOLE_BYTES)) {
    if (view_head(file)) {
      if (offset + bytes <= file->look->head_bytes || view_data(file, offset, bytes)) return (char *)view_known(file, offset, bytes);
      char *piece = read_piece(file, offset, (size_t)bytes);
      if (piece) return piece;
    }
  }
  if (!view_map(file)) return NULL;
  if (offset + bytes <= file->look->shown_bytes) return file->look->map + offset;
  return file->look->whole || map_whole(file) ? file->look->whole + offset : NULL;
}

uint64_t lw_source_view(uint32_t session, uint32_t source, uint64_t offset, uint64_t bytes) {
  (void)session;
  struct file *file = file_at(source);
  if (!file || offset > file->bytes || bytes > file->bytes - offset || (file->is_memory && !file->buffer)) return LW_REFUSED;
  char *view = view_of(file, offset, bytes);
  if (!view) return LW_REFUSED;
  /* What is linked is read to its end: it must not have been cut meanwhile. */
  if (bytes == file->bytes && file->look->head_bytes < bytes && file->is_busy && !file->is_memory) guard_watch(file);
  ++file->views;
  return addr_of(view);
}

void lw_source_unview(uint32_t source, uint64_t addr, uint64_t bytes) {
  (void)bytes;
  struct file *file = file_at(source);
  if (!file) return;
  const struct look *look = file->look;
  bool is_kept = (look->head && addr - addr_of(look->head) < look->head_bytes) || (look->data && addr - addr_of(look->data) < look->data_bytes);
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
