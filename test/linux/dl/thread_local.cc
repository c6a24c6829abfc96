// Thread-local objects of an opened library are constructed in each thread that uses them, and destroyed when it ends.
// lib: one.so -DONE
// main: -rdynamic -pthread
#include "case.h"
#include <atomic>
#include <thread>
extern "C" std::atomic<int> alive;
#ifdef ONE
struct Counted {
  int value = 17;
  Counted() { ++alive; }
  ~Counted() { --alive; }
};
static thread_local Counted counted;
extern "C" int use() { return counted.value++; }
#else
std::atomic<int> alive{0};
int main() {
  void *one = OPEN("./one.so", RTLD_NOW);
  auto use = SYMBOL(int (*)(), one, "use");
  CHECK(alive == 0 && use() == 17 && use() == 18 && alive == 1);
  for (int round = 0; round < 3; round++) {
    int first = 0, second = 0, count = 0;
    std::thread([&] { first = use(), second = use(), count = alive; }).join();
    CHECK(first == 17 && second == 18 && count == 2 && alive == 1);
  }
  return verdict();
}
#endif
