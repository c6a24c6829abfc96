/* lw-run PROGRAM [ARGUMENT...]: starts a program as the kernel would, on the stack that the kernel gave the loader. */
#include "find.h"
#include "place.h"
#include "say.h"
#include "system.h"

/* An entry of the auxiliary vector. getauxval(3) */
struct auxiliary {
  uintptr_t type, value;
};
enum { AT_NULL = 0, AT_PHDR = 3, AT_PHNUM = 5, AT_PAGESZ = 6, AT_BASE = 7, AT_FLAGS = 8, AT_ENTRY = 9, AT_EXECFN = 31 };

_Noreturn void enter(uintptr_t *stack, uintptr_t entry);

static uintptr_t *find(struct auxiliary *vector, uintptr_t type) {
  static uintptr_t nowhere;
  for (; vector->type != AT_NULL; vector++) {
    if (vector->type == type) return &vector->value;
  }
  return &nowhere;
}

static const char *search_path(char **environment) {
  for (; *environment; environment++) {
    const char *name = "PATH=", *at = *environment;
    while (*name && *name == *at) name++, at++;
    if (!*name) return at;
  }
  return "/bin:/usr/bin"; /* as confstr(_CS_PATH) has it */
}

/* The interpreter that a program names, in its place. */
static struct placed place_interpreter(const struct file *program, const struct placed *placed, uintptr_t page_bytes) {
  static char name[PATH_BYTES];
  struct file file;
  uintptr_t bytes = (uintptr_t)placed->interpreter_bytes;
  if (placed->interpreter_bytes > sizeof name || !read_file(program, placed->interpreter, name, bytes) || name[bytes - 1]) {
    fail("its interpreter's name is none", STATUS_REFUSED);
  }
  say("its interpreter ");
  say(name);
  say(": ");
  long answer = open_file(name, &file);
  if (answer != 0) fail_system(answer);
  struct placed interpreter = place_file(&file, page_bytes);
  system_call(SYS_CLOSE, file.descriptor, 0, 0);
  return interpreter;
}

_Noreturn void start(uintptr_t *stack) {
  say("lw-run: ");
  if (stack[0] < 2) fail("usage: lw-run PROGRAM [ARGUMENT...]", STATUS_USAGE);
  char **arguments = (char **)stack + 1, **environment = arguments + stack[0] + 1, **end = environment;
  while (*end) end++;
  struct auxiliary *vector = (struct auxiliary *)(end + 1), *last = vector;
  while (last->type != AT_NULL) last++;

  uintptr_t page_bytes = *find(vector, AT_PAGESZ);
  struct file file;
  say(arguments[1]);
  say(": ");
  long answer = find_program(arguments[1], search_path(environment), &file);
  if (answer != 0) fail_system(answer);
  struct placed program = place_file(&file, page_bytes), interpreter = {.entry = program.entry};
  if (program.interpreter_bytes > 0) interpreter = place_interpreter(&file, &program, page_bytes);
  system_call(SYS_CLOSE, file.descriptor, 0, 0);

  *find(vector, AT_PHDR) = program.headers;
  *find(vector, AT_PHNUM) = program.header_count;
  *find(vector, AT_BASE) = interpreter.bias;
  *find(vector, AT_FLAGS) = 0;
  *find(vector, AT_ENTRY) = program.entry;
  *find(vector, AT_EXECFN) = (uintptr_t)file.path;
  /* The loader's own name goes: all that is above moves down by a word, and the stack stays as aligned as it was. */
  stack[0]--;
  for (uintptr_t *at = stack + 1; at < (uintptr_t *)(last + 1) - 1; at++) at[0] = at[1];
  enter(stack, interpreter.entry);
}
