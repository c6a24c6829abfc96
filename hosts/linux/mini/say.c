#include "say.h"
#include "system.h"

/* The line so far; it is written at once. */
static char line[8192];
static unsigned used;

static void put(char c) {
  if (used < sizeof line) line[used++] = c;
}

void say(const char *text) {
  while (*text) put(*text++);
}

void say_number(uint64_t number) {
  say("0x");
  int shift = 60;
  while (shift > 0 && number >> shift == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) put("0123456789abcdef"[number >> shift & 15]);
}

_Noreturn void fail(const char *text, int status) {
  say(text);
  if (used == sizeof line) used--;
  put('\n');
  system_call(SYS_WRITE, 2, (long)line, (long)used);
  for (;;) system_call(SYS_EXIT_GROUP, status, 0, 0);
}

static const char *words_of(long error) {
  switch (error) {
    case ENOENT: return "no such file or directory";
    case ENOMEM: return "out of memory";
    case EACCES: return "permission denied";
    case ENOTDIR: return "a part of its path is no directory";
    case EISDIR: return "not a regular file";
    case ENAMETOOLONG: return "its name is too long";
    case ELOOP: return "too many symbolic links";
    default: return 0;
  }
}

_Noreturn void fail_system(long answer) {
  const char *words = words_of(-answer);
  int status = answer == -ENOENT || answer == -ENOTDIR ? STATUS_ABSENT : STATUS_REFUSED;
  if (words) fail(words, status);
  say("refused by the kernel, errno ");
  say_number((uint64_t)-answer);
  fail("", status);
}
