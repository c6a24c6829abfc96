// C++ in objects: exceptions pass through them, static and thread-local objects end when they should, templates are one.
// object: one.o -DONE -fPIC
// object: two.o -DTWO -fPIC
// object: low.o -DONE -DLOW -fno-pic -mcmodel=small
// object: large.o -DONE -mcmodel=large -fno-pic
// object: unwound.o -DONE -fPIC -ffunction-sections -O2
// main: -rdynamic
#include <stdexcept>
#include <string>
#include <vector>
#if defined ONE || defined TWO
extern "C" void heard(const char *what);
struct Told {
  std::string name;
  explicit Told(const char *what) : name(what) { heard(("+" + name).c_str()); }
  ~Told() { heard(("-" + name).c_str()); }
};
template <typename T> T &shared() {
  static T value{};
  return value;
}
struct Base {
  virtual ~Base() = default;
  virtual int answer() const { return 1; }
};
#endif
#ifdef ONE
static Told first("first");
static Told second("second");
__attribute__((destructor)) static void last() { heard("destructor"); }
extern "C" int thrower(int value);
#ifdef LOW
// What such code names of others by less than a word must be code: of libstdc++'s types that is not so.
struct Own {
  int value;
};
#else
struct Own : std::runtime_error {
  int value;
  explicit Own(int v) : runtime_error("own"), value(v) {}
};
#endif
extern "C" int catches(int value) {
  try {
    Told local("local");
    if (value == 1) throw Own(40);
    return thrower(value);
  } catch (const Own &own) {
    return own.value + 2;
#ifdef LOW
  } catch (...) {
    return 7;
#else
  } catch (const std::string &text) {
    return (int)text.size();
#endif
  }
}
#ifdef LOW
extern "C" void rethrows();
extern "C" void throws(int) { rethrows(); }
#else
extern "C" void throws(int value) { throw value; }
#endif
extern "C" int counts() { return ++shared<int>(); }
extern "C" int kind(const Base *base) { return dynamic_cast<const Base *>(base)->answer(); }
static thread_local Told mine("mine");
extern "C" const char *touched() { return mine.name.c_str(); }
extern "C" int sorted() {
  std::vector<std::string> words{"c", "a", "b"};
  return (int)words.size() * 10 + (words[1] == "a");
}
#elif defined TWO
struct Derived : Base {
  int answer() const override { return 17; }
};
extern "C" Base *derived() { return new Derived; }
extern "C" int thrower(int value) {
  if (value == 2) throw std::string("seven..");
  return value;
}
extern "C" int counts_too() { return ++shared<int>(); }
#else
#include "case.h"
#include <thread>
static std::string all;
extern "C" void rethrows() { throw 9; }
extern "C" void heard(const char *what) { all += what, all += ' '; }
static bool said(const char *what) {
  bool is_it = all == what;
  if (!is_it) fprintf(stderr, "heard \"%s\", not \"%s\"\n", all.c_str(), what);
  all.clear();
  return is_it;
}
template <typename T> static T *of(lw_module module, const char *name) { return (T *)found(lw_symbol(module, name), name, __FILE__, __LINE__); }

static void check(const char *one) {
  const char *const paths[] = {one, "./two.o"};
  lw_module module = 0;
  int code = lw_open_objects(LW_PROCESS, paths, 2, 0, &module);
  if (code) fprintf(stderr, "%s: %s\n", one, lw_error()), exit(2);
  CHECK(said("+first +second "));
  auto catches = of<int(int)>(module, "catches");
  CHECK(catches(1) == 42 && said("+local -local "));
  CHECK(catches(2) == 7 && said("+local -local "));
  CHECK(catches(3) == 3 && said("+local -local "));
  int caught = 0;
  try {
    of<void(int)>(module, "throws")(9);
  } catch (int value) {
    caught = value;
  }
  CHECK(caught == 9);
  CHECK(of<int()>(module, "counts")() == 1 && of<int()>(module, "counts_too")() == 2);
  void *base = of<void *()>(module, "derived")();
  CHECK(of<int(void *)>(module, "kind")(base) == 17);
  CHECK(of<int()>(module, "sorted")() == 31);
  std::thread([&] { CHECK(!strcmp(of<const char *()>(module, "touched")(), "mine")); }).join();
  CHECK(said("+mine -mine "));
  CHECK(lw_close(module) == LW_OK && said("destructor -second -first "));
}

int main() {
  for (const char *one : {"./one.o", "./low.o", "./large.o", "./unwound.o", "./one.o"}) check(one);
  return verdict();
}
#endif
