// A thread's objects keep their library until they are destroyed, in the reverse order; then it goes, though it was closed before.
// lib: one.so
// main: -DMAIN -rdynamic
// env: LW_LOG=info
#ifndef MAIN
#include <string>
extern "C" void tell(int number);
struct Told {
  int number;
  explicit Told(int number) : number(number) {}
  ~Told() { tell(number); }
};
static thread_local Told first{1};
static thread_local std::string text{"a text that is too long to be kept in the object itself"};
static thread_local Told second{2};
struct Last {
  ~Last() { tell(3); }
} last;
extern "C" int use() { return first.number + second.number + static_cast<int>(text.size()); }
#else
#include "../api/case.h"
#include <atomic>
#include <string>
#include <thread>
static std::string told;
extern "C" void tell(int number) { told += static_cast<char>('0' + number); }
int main() {
  lw_module module = LOAD("./one.so", LW_MAPPED);
  auto use = SYMBOL_OF(int (*)(), module, "use");
  std::thread([&] {
    CHECK(use() == 58);
    int pipes[2], kept = dup(2);
    char said[1000] = "";
    CHECK(!pipe(pipes));
    dup2(pipes[1], 2);
    CHECK(lw_close(module) == LW_OK);
    dup2(kept, 2);
    close(pipes[1]);
    CHECK(read(pipes[0], said, sizeof said - 1) > 0 && strstr(said, "one.so stays: 3 thread-local objects"));
    CHECK(told.empty() && mappings("/one.so") > 0);
  }).join();
  CHECK(told == "213" && mappings("/one.so") == 0);
  told.clear();
  module = LOAD("./one.so", LW_MAPPED);
  use = SYMBOL_OF(int (*)(), module, "use");
  CHECK(use() == 58);
  std::thread([&] { CHECK(use() == 58); }).join();
  CHECK(told == "21" && lw_close(module) == LW_OK && told == "21" && mappings("/one.so") > 0);
  return verdict();
}
#endif
