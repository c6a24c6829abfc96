// A C++ library is opened by a program in C, and libstdc++ with it: streams, strings, threads and exceptions work.
// lib: one.so -DONE -pthread
// main: -nostdlib++
#ifdef ONE
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>
extern "C" int works() {
  std::ostringstream out;
  std::mutex mutex;
  std::vector<std::thread> threads;
  int sum = 0;
  for (int i = 0; i < 4; i++) {
    threads.emplace_back([&, i] {
      try {
        if (i % 2) throw std::string("odd");
        std::lock_guard lock(mutex);
        sum += 1;
      } catch (const std::string &word) {
        std::lock_guard lock(mutex);
        sum += static_cast<int>(word.size());
      }
    });
  }
  for (auto &thread : threads) thread.join();
  out << sum << ' ' << 1.5;
  std::cout << "" << std::flush;
  return out.str() == "8 1.5" ? 17 : 0;
}
#else
#include "case.h"
int main(void) {
  for (int round = 0; round < 2; round++) {
    void *one = OPEN("./one.so", RTLD_NOW);
    CHECK(SYMBOL(int (*)(void), one, "works")() == 17);
    CHECK(!dlclose(one));
  }
  return verdict();
}
#endif
