// A thread that ends inside of a library, or is cancelled there, unwinds it: objects on the stack are destroyed on the way.
// lib: one.so -DONE
// main: -rdynamic -pthread
#include "case.h"
#include <atomic>
#include <pthread.h>
extern "C" std::atomic<int> unwound;
#ifdef ONE
struct Guard {
  ~Guard() { ++unwound; }
};
extern "C" void ends(void (*inside)()) {
  Guard guard;
  inside();
}
#else
std::atomic<int> unwound{0};
static void (*ends)(void (*)());
static pthread_barrier_t barrier;
static void leaves() { pthread_exit(reinterpret_cast<void *>(17)); }
static void waits() {
  pthread_barrier_wait(&barrier);
  for (;;) pause(); // a place where it may be cancelled
}
static void *exits(void *) { return ends(leaves), nullptr; }
static void *stays(void *) { return ends(waits), nullptr; }
int main() {
  void *one = OPEN("./one.so", RTLD_NOW), *result = nullptr;
  ends = SYMBOL(void (*)(void (*)()), one, "ends");
  pthread_t thread;
  CHECK(!pthread_create(&thread, nullptr, exits, nullptr) && !pthread_join(thread, &result));
  CHECK(result == reinterpret_cast<void *>(17) && unwound == 1);
  pthread_barrier_init(&barrier, nullptr, 2);
  CHECK(!pthread_create(&thread, nullptr, stays, nullptr));
  pthread_barrier_wait(&barrier);
  CHECK(!pthread_cancel(thread) && !pthread_join(thread, &result));
  CHECK(result == PTHREAD_CANCELED && unwound == 2);
  CHECK(!dlclose(one));
  return verdict();
}
#endif
