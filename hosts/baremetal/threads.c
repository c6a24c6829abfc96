#include "threads.h"
#include "board.h"
#include "host.h"
#include "tls.h"

static uintptr_t pointers[THREADS];
static unsigned now;

bool thread_switch(unsigned number) {
  if (number >= THREADS) return false;
  if (!pointers[number]) pointers[number] = thread_new();
  if (!pointers[number]) return false;
  now = number;
  board_thread(pointers[number], __stack_chk_guard);
  return true;
}

unsigned thread_number(void) { return now; }

static void end(unsigned number) {
  thread_switch(number);
  thread_end();
  thread_switch(0);
  thread_free(pointers[number]);
  pointers[number] = 0;
}

void threads_end(void) {
  for (unsigned i = THREADS; i-- > 1;) {
    if (pointers[i]) end(i);
  }
}
