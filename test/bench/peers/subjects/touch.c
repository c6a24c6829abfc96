/* A thread-local variable, whose address is asked for each time. */
static _Thread_local long counter;

static __attribute__((noinline)) long *where(void) {
  long *place = &counter;
  __asm__ volatile("" : "+r"(place) : : "memory");
  return place;
}

long touch(long times);

long touch(long times) {
  for (long i = 0; i < times; ++i) ++*where();
  return *where();
}
