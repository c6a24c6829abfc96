/* The heap that malloc gives modules, over arenas from the region allocator. Blocks of an arena lie side by side, each
 * with a header that says how far the next and the one before are; free blocks are on one list. An arena that is
 * empty again is given back. */
#include "../page.h"
#include "../host.h"
#include "../region.h"
#include "libc.h"

enum { ALIGN = 16, ARENA_BYTES = 256 * 1024 };

/* Sizes are multiples of ALIGN, so their low bits are free for marks. */
enum { USED = 1, LAST = 2, MARKS = ALIGN - 1 };

struct block {
  _Alignas(ALIGN) size_t size; /* of the block, this header included, or-ed with the marks */
  size_t before;               /* the size of the block before; 0: this is the arena's first */
};

/* What a free block holds behind its header. */
struct links {
  struct block *next, **from;
};

static struct block *free_list;

static size_t size_of(const struct block *b) { return b->size & ~(size_t)MARKS; }
static struct block *after(struct block *b) { return (struct block *)((char *)b + size_of(b)); }
static struct block *before(struct block *b) { return (struct block *)((char *)b - b->before); }
static struct links *links_of(struct block *b) { return (struct links *)(b + 1); }

static void put_on_list(struct block *b) {
  *links_of(b) = (struct links){.next = free_list, .from = &free_list};
  if (free_list) links_of(free_list)->from = &links_of(b)->next;
  free_list = b;
}

static void take_off_list(struct block *b) {
  struct links *links = links_of(b);
  *links->from = links->next;
  if (links->next) links_of(links->next)->from = links->from;
}

/* Sets a block's size and tells the block after it. */
static void resize(struct block *b, size_t size, size_t marks) {
  b->size = size | marks;
  if (!(marks & LAST)) after(b)->before = size;
}

/* Cuts a used block to a size; what is left over becomes a free block. */
static void cut(struct block *b, size_t size) {
  size_t rest = size_of(b) - size, last = b->size & LAST;
  if (rest < sizeof(struct block) + sizeof(struct links)) return;
  b->size = size | USED;
  struct block *next = after(b);
  next->before = size;
  resize(next, rest, last);
  if (!last && !(after(next)->size & USED)) {
    struct block *further = after(next);
    take_off_list(further);
    resize(next, rest + size_of(further), further->size & LAST);
  }
  put_on_list(next);
}

static struct block *arena_for(size_t size) {
  if (size < ARENA_BYTES) size = ARENA_BYTES;
  size = page_ceil(size);
  uintptr_t at = size ? region_reserve(size, 0, REGION_ANYWHERE, REGION_HEAP) : REGION_REFUSED;
  if (at == REGION_REFUSED) return NULL;
  struct block *b = (struct block *)at;
  b->size = size | LAST;
  put_on_list(b);
  return b;
}

/* The size of a block that has room for these bytes; 0 if there is no such number. */
static size_t block_size(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return 0;
  if (bytes < sizeof(struct links)) bytes = sizeof(struct links);
  return (bytes + sizeof(struct block) + MARKS) & ~(size_t)MARKS;
}

void *malloc(size_t bytes) {
  size_t size = block_size(bytes);
  struct block *b = free_list;
  while (b && size_of(b) < size) b = links_of(b)->next;
  if (!b && size) b = arena_for(size);
  if (!b || !size) return errno_value = ENOMEM, NULL;
  take_off_list(b);
  b->size |= USED;
  cut(b, size);
  return b + 1;
}

/* The block of an address that malloc gave; a module that frees anything else is stopped. */
static struct block *block_of(void *at, const char *cause, uintptr_t pc) {
  struct block *b = (struct block *)at - 1;
  bool good = (uintptr_t)at % ALIGN == 0 && b->size & USED && (b->size & LAST || after(b)->before == size_of(b));
  if (!good) fail_at(cause, pc);
  return b;
}

void free(void *at) {
  if (!at) return;
  struct block *b = block_of(at, "free: not an allocation", (uintptr_t)__builtin_return_address(0));
  b->size &= ~(size_t)USED;
  if (!(b->size & LAST) && !(after(b)->size & USED)) {
    struct block *next = after(b);
    take_off_list(next);
    resize(b, size_of(b) + size_of(next), next->size & LAST);
  }
  if (b->before && !(before(b)->size & USED)) {
    struct block *first = before(b);
    take_off_list(first);
    resize(first, size_of(first) + size_of(b), b->size & LAST);
    b = first;
  }
  if (b->before == 0 && b->size & LAST) region_release((uintptr_t)b, size_of(b), REGION_HEAP);
  else put_on_list(b);
}

void *calloc(size_t count, size_t each) {
  size_t bytes;
  if (__builtin_mul_overflow(count, each, &bytes)) return errno_value = ENOMEM, NULL;
  void *at = malloc(bytes);
  return at ? memset(at, 0, bytes) : NULL;
}

void *realloc(void *at, size_t bytes) {
  if (!at) return malloc(bytes);
  struct block *b = block_of(at, "realloc: not an allocation", (uintptr_t)__builtin_return_address(0));
  size_t room = size_of(b) - sizeof *b, size = block_size(bytes);
  if (size && size <= size_of(b)) return cut(b, size), at;
  void *to = malloc(bytes);
  if (!to) return NULL;
  memcpy(to, at, room);
  free(at);
  return to;
}

void *reallocarray(void *at, size_t count, size_t each) {
  size_t bytes;
  if (__builtin_mul_overflow(count, each, &bytes)) return errno_value = ENOMEM, NULL;
  return realloc(at, bytes);
}

/* A larger alignment: what lies before the aligned address becomes a free block again. */
void *aligned_alloc(size_t align, size_t bytes) {
  if (align == 0 || align & (align - 1) || align > SIZE_MAX / 4) return errno_value = EINVAL, NULL;
  if (align <= ALIGN) return malloc(bytes);
  size_t spare = align + sizeof(struct block) + sizeof(struct links), size = block_size(bytes);
  char *at = size ? malloc(size + spare) : NULL;
  if (!at) return errno_value = ENOMEM, NULL;
  if ((uintptr_t)at % align == 0) return at;
  char *to = (char *)(((uintptr_t)at + spare) & ~(uintptr_t)(align - 1));
  struct block *b = (struct block *)at - 1, *moved = (struct block *)to - 1;
  size_t ahead = (size_t)((char *)moved - (char *)b);
  moved->before = ahead;
  resize(moved, size_of(b) - ahead, b->size & MARKS);
  b->size = ahead | USED;
  free(at);
  cut(moved, size);
  return to;
}

int posix_memalign(void **at, size_t align, size_t bytes) {
  if (align == 0 || align & (align - 1) || align % sizeof(void *)) return EINVAL;
  int before = errno_value;
  void *found = aligned_alloc(align, bytes);
  errno_value = before;
  if (!found) return ENOMEM;
  *at = found;
  return 0;
}
