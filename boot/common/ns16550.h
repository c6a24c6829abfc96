/* The 16550 serial port, memory-mapped with registers one byte apart (QEMU "virt" of RISC-V and LoongArch).
 *
 * Register names are those of the National Semiconductor PC16550D data sheet. The port needs no baud rate in QEMU;
 * on a board, firmware has set one. */
#pragma once
#include <stdint.h>

enum ns16550_register {
  NS16550_THR = 0, /* transmitter holding register, written */
  NS16550_LSR = 5  /* line status register, read */
};

enum {
  NS16550_LSR_THRE = 1 << 5, /* transmitter holding register empty */
  NS16550_LSR_TEMT = 1 << 6  /* transmitter empty: nothing is on its way any more */
};

static inline void ns16550_put(uintptr_t base, char c) {
  volatile uint8_t *port = (volatile uint8_t *)base;
  while (!(port[NS16550_LSR] & NS16550_LSR_THRE)) {
  }
  port[NS16550_THR] = (uint8_t)c;
}

/* Waits until the last character is out: what cuts the power may not take it along. */
static inline void ns16550_drain(uintptr_t base) {
  volatile uint8_t *port = (volatile uint8_t *)base;
  while (!(port[NS16550_LSR] & NS16550_LSR_TEMT)) {
  }
}
