/* A program without libc that tells how it was started: what lies on its stack, in words that are the same wherever the
 * kernel put it. It serves as its own interpreter, too. */
#include <stdint.h>
#include "system.h"

extern const char __ehdr_start[], _end[];

static char text[65536];
static unsigned used;

static void put(char c) {
  if (used < sizeof text) text[used++] = c;
}

static void say(const char *words) {
  while (*words) put(*words++);
}

static void number(uintptr_t n) {
  for (int shift = (int)sizeof n * 8 - 4; shift >= 0; shift -= 4) put("0123456789abcdef"[n >> shift & 15]);
}

static void line(const char *name, uintptr_t n) {
  say(name);
  put(' ');
  number(n);
  put('\n');
}

static void words(const char *name, const char *value) {
  say(name);
  put(' ');
  say(value);
  put('\n');
}

/* Addresses differ from run to run; where they lie in what they belong to does not. */
static uintptr_t told(uintptr_t at) {
  uintptr_t start = (uintptr_t)__ehdr_start;
  return at >= start && at < (uintptr_t)_end ? at - start : at & 0xfff;
}

/* They are never the same, and there. */
static int random_at(const unsigned char *at) {
  int any = 0;
  for (int i = 0; i < 16; i++) any |= at[i];
  return any;
}

struct entry {
  uintptr_t type, value;
};

static void auxiliary(const struct entry *entry, uintptr_t headers) {
  uintptr_t value = entry->value;
  switch (entry->type) {
    case 3: line("AT_PHDR", told(value)); break;
    case 7: value ? line("AT_BASE", told(value)) : words("AT_BASE", "none"); break;
    case 9: line("AT_ENTRY", value - headers); break;
    case 15: words("AT_PLATFORM", (const char *)value); break;
    case 24: words("AT_BASE_PLATFORM", (const char *)value); break;
    case 25: words("AT_RANDOM", random_at((const unsigned char *)value) ? "16 bytes" : "zeros"); break;
    case 31: words("AT_EXECFN", (const char *)value); break;
    case 32: case 33: line("vdso", entry->type); break;
    default:
      line("type", entry->type);
      line("value", value);
  }
}

/* Both sides of where a segment's bytes of the file end, and room that is nobody's but zero. */
static volatile unsigned initialised[3] = {0x17171717, 2, 3};
static volatile unsigned char zeroed[70000];

_Noreturn void begin(uintptr_t *stack, uintptr_t at_exit) {
  line("aligned", (uintptr_t)stack & 15);
  line("at_exit", at_exit);
  uintptr_t count = *stack++;
  line("argc", count);
  for (; *stack; stack++) words("argument", (const char *)*stack);
  for (stack++; *stack; stack++) words("environment", (const char *)*stack);
  const struct entry *vector = (const struct entry *)(stack + 1);
  uintptr_t headers = 0, header_count = 0;
  for (const struct entry *one = vector; one->type; one++) {
    if (one->type == 3) headers = one->value;
    if (one->type == 5) header_count = one->value;
  }
  for (const struct entry *one = vector; one->type; one++) auxiliary(one, headers);
  for (uintptr_t i = 0; i < header_count; i++) {
    line("segment", *(const unsigned *)(headers + i * (sizeof headers == 8 ? 56 : 32)));
  }
  line("initialised", initialised[0]);
  unsigned sum = 0;
  for (unsigned i = 0; i < sizeof zeroed; i++) sum += zeroed[i];
  line("zeroed", sum);
  zeroed[sizeof zeroed - 1] = 1;
  system_call(SYS_WRITE, 1, (long)text, (long)used);
  for (;;) system_call(SYS_EXIT_GROUP, 17, 0, 0);
}

/* The stack as it was given, and the register that holds what is to be called at the exit. */
#if defined __x86_64__
__asm__(".globl _start\n_start: movq %rsp, %rdi; movq %rdx, %rsi; call begin");
#elif defined __i386__
__asm__(".globl _start\n_start: movl %esp, %eax; subl $8, %esp; pushl %edx; pushl %eax; call begin");
#elif defined __aarch64__
__asm__(".globl _start\n_start: mov x1, x0; mov x0, sp; b begin");
#elif defined __arm__
__asm__(".globl _start\n.type _start, %function\n_start: mov r1, r0; mov r0, sp; b begin");
#elif defined __riscv
__asm__(".globl _start\n_start: mv a1, a0; mv a0, sp; tail begin");
#elif defined __loongarch__
__asm__(".globl _start\n_start: move $a1, $a0; move $a0, $sp; b begin");
#endif
