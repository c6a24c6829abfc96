// A library stays until the thread-local objects that it has in some thread are destroyed, though it was closed before.
// lib: one.so -DONE
// main: -rdynamic -pthread
#include "case.h"
#include <atomic>
#include <thread>
extern "C" std::atomic<int> destroyed;
#ifdef ONE
struct Counted {
  int value = 17;
  ~Counted() { ++destroyed; }
};
static thread_local Counted counted;
extern "C" int use() { return counted.value++; }
#else
std::atomic<int> destroyed{0};
int main() {
  std::atomic<int> stage{0};
  std::thread user([&] {
    void *one = OPEN("./one.so", RTLD_NOW);
    CHECK(SYMBOL(int (*)(), one, "use")() == 17);
    stage = 1, stage.notify_all();
    stage.wait(1);
    CHECK(!dlclose(one));
    CHECK(destroyed == 0 && mappings("/one.so") > 0);
  });
  stage.wait(0);
  stage = 2, stage.notify_all();
  user.join();
  CHECK(destroyed == 1);
  return verdict();
}
#endif
