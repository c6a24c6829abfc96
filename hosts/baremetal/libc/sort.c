/* Sorting and searching. */
#include "libc.h"

static void swap(char *a, char *b, size_t bytes) {
  for (; bytes > 0; bytes--) {
    char c = *a;
    *a++ = *b;
    *b++ = c;
  }
}

/* Lets an element sink to its place in the heap base[0..count). */
static void sink(char *base, size_t root, size_t count, size_t each, comparison *compare) {
  for (size_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && compare(base + child * each, base + (child + 1) * each) < 0) child++;
    if (compare(base + root * each, base + child * each) >= 0) return;
    swap(base + root * each, base + child * each, each);
  }
}

/* Heapsort: no memory, no recursion, no slow case. */
void qsort(void *base, size_t count, size_t each, comparison *compare) {
  for (size_t root = count / 2; root-- > 0;) sink(base, root, count, each, compare);
  while (count-- > 1) {
    swap(base, (char *)base + count * each, each);
    sink(base, 0, count, each, compare);
  }
}

void *bsearch(const void *key, const void *base, size_t count, size_t each, comparison *compare) {
  for (const char *low = base; count > 0;) {
    const char *middle = low + count / 2 * each;
    int order = compare(key, middle);
    if (order == 0) return (void *)middle;
    if (order > 0) low = middle + each, count -= count / 2 + 1;
    else count /= 2;
  }
  return NULL;
}
