// Threads of a case. Who watches them stands in front of pthread_create himself, so there the library does not, but is told.
#pragma once
#include "../api/case.h"
#if __has_feature(thread_sanitizer)
struct told {
  void *(*run)(void *);
  void *argument;
};
static void *tells(void *data) {
  struct told told = *(struct told *)data;
  free(data);
  lw_thread_begin();
  void *answer = told.run(told.argument);
  lw_thread_end();
  return answer;
}
static inline int told_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
  struct told *told = (struct told *)malloc(sizeof *told);
  *told = (struct told){run, argument};
  return pthread_create(thread, attributes, tells, told);
}
#define pthread_create told_create
#endif
