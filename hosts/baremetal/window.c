#include "window.h"
#include <stddef.h>

static struct {
  uint32_t number;
  struct span span;
} windows[WINDOWS];
static unsigned count;

bool window_add(uint32_t number, struct span span) {
  if (count == WINDOWS) return false;
  windows[count].number = number;
  windows[count++].span = span;
  return true;
}

const struct span *window_of(uint32_t number) {
  for (unsigned i = 0; i < count; i++) {
    if (windows[i].number == number) return &windows[i].span;
  }
  return NULL;
}
