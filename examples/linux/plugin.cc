// A plugin in C++, that throws through whoever loaded it.
#include <stdexcept>
#include <string>

extern "C" int parse(const char *text) {
  thread_local int calls = 0;
  ++calls;
  if (!*text) throw std::invalid_argument("nothing to parse, in call " + std::to_string(calls));
  return std::stoi(text);
}
