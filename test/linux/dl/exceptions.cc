// C++ exceptions go from an opened library to the program, from the program through a library, and are told apart by type.
// lib: one.so -DONE
// main: -rdynamic
#include "case.h"
#include <stdexcept>
#include <string>
struct Shape { virtual ~Shape() {} };
struct Round : Shape { int radius = 17; };
#ifdef ONE
struct Guard {
  int *count;
  ~Guard() { ++*count; }
};
extern "C" void throws(int kind) {
  if (kind == 0) throw 17;
  if (kind == 1) throw std::runtime_error("from afar");
  throw Round();
}
extern "C" void passes(void (*callback)(), int *unwound) {
  Guard guard{unwound};
  callback();
}
extern "C" int catches(void (*callback)()) {
  try {
    callback();
  } catch (const std::out_of_range &) {
    return 2;
  } catch (const std::logic_error &) {
    return 1;
  }
  return 0;
}
extern "C" Shape *makes() { return new Round; }
#else
static void fails() { throw std::out_of_range("far"); }
int main() {
  for (int round = 0; round < 3; round++) {
    void *one = OPEN("./one.so", RTLD_NOW);
    auto throws = SYMBOL(void (*)(int), one, "throws");
    int caught = 0, unwound = 0;
    try { throws(0); } catch (int value) { caught += value == 17; }
    try { throws(1); } catch (const std::exception &error) { caught += error.what() == std::string("from afar"); }
    try { throws(2); } catch (const Shape &shape) { caught += dynamic_cast<const Round &>(shape).radius == 17; }
    try { SYMBOL(void (*)(void (*)(), int *), one, "passes")(fails, &unwound); } catch (const std::out_of_range &) { caught++; }
    CHECK(caught == 4 && unwound == 1);
    CHECK(SYMBOL(int (*)(void (*)()), one, "catches")(fails) == 2);
    Shape *shape = SYMBOL(Shape *(*)(), one, "makes")();
    CHECK(dynamic_cast<Round *>(shape) && typeid(*shape) == typeid(Round));
    delete shape;
    CHECK(!dlclose(one));
  }
  return verdict();
}
#endif
