/* __clear_cache, for a module that writes code. */
#include "board.h"

void __clear_cache(void *start, void *end) {
  board_sync_code((uintptr_t)start, (size_t)((char *)end - (char *)start));
}
