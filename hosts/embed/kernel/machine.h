/* What the example kernel knows of QEMU's "virt" machines: where they print, power off, and take the module from. */
#pragma once
#include <stdint.h>

/* The 16550's line status: room for a character; the last one is out. */
#define LINE_STATUS 5
#define LINE_ROOM 0x20
#define LINE_SENT 0x40

#if defined __riscv
#define UART ((volatile unsigned char *)0x10000000)
#define MODULE_FILE 0x88000000u
static inline void fetch_again(void) { __asm__ volatile("fence.i" ::: "memory"); }
_Noreturn static inline void power_off(void) {
  while (!(UART[LINE_STATUS] & LINE_SENT)) {}
  *(volatile uint32_t *)0x100000 = 0x5555;
  for (;;) {}
}
#elif defined __loongarch__
#define UART ((volatile unsigned char *)0x1fe001e0)
#define MODULE_FILE 0x8000000u
static inline void fetch_again(void) { __asm__ volatile("ibar 0" ::: "memory"); }
_Noreturn static inline void power_off(void) {
  while (!(UART[LINE_STATUS] & LINE_SENT)) {}
  *(volatile unsigned char *)0x100e001c = 0x34;
  for (;;) {}
}
#endif

static inline void put(char c) {
  while (!(UART[LINE_STATUS] & LINE_ROOM)) {}
  *UART = (unsigned char)c;
}

static inline void print(const char *text, uint64_t number) {
  char digits[21], *at = digits + 20;
  *at = 0;
  do *--at = (char)('0' + number % 10);
  while (number /= 10);
  while (*text) put(*text++);
  while (*at) put(*at++);
  put('\n');
}
