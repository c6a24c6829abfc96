// Loads a plugin in C++, and catches what it throws.
#include <iostream>
#include <linkwright.h>
#include <stdexcept>

class Module {
public:
  explicit Module(const char *path) {
    if (lw_open(LW_PROCESS, path, 0, &module) != LW_OK) throw std::runtime_error(lw_error());
  }
  Module(const Module &) = delete;
  Module &operator=(const Module &) = delete;
  ~Module() { lw_close(module); }

  template <typename Type> Type *symbol(const char *name) const {
    void *address = lw_symbol(module, name);
    if (!address) throw std::runtime_error(lw_error());
    return reinterpret_cast<Type *>(address);
  }

private:
  lw_module module = 0;
};

int main(int argc, char **argv) try {
  if (argc != 2) return std::cerr << "usage: host PLUGIN\n", 2;
  Module plugin(argv[1]);
  auto parse = plugin.symbol<int(const char *)>("parse");
  for (const char *text : {"42", "", "seven"}) {
    try {
      std::cout << parse(text) << '\n';
    } catch (const std::logic_error &error) {
      std::cout << "caught: " << error.what() << '\n';
    }
  }
} catch (const std::exception &error) {
  std::cerr << "host: " << error.what() << '\n';
  return 1;
}
