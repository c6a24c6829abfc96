/* Thread-local storage: the blocks of modules, and the threads that have them. docs/abi.md says where they lie. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A thread-local block, as a module asks for it: `bytes` at an address that leaves `skew` modulo `align`, of which the
 * first come from `image` and the rest are zero. */
struct tls_wish {
  uintptr_t image;
  size_t file_bytes, bytes, align, skew;
};

/* Makes the memory of a thread, with the blocks of all modules; board_thread() wants its thread pointer. 0: no memory.
 * The blocks' addresses are at BOARD_TLS_BLOCKS_AT from there, and stay while there is a module: finding one takes no lock. */
uintptr_t thread_new(void);

/* Gives it back. */
void thread_free(uintptr_t thread);

/* Gives a module a block in every thread, zeros as yet. false: there is no number left, or no memory. */
bool tls_reserve(uint32_t module, const struct tls_wish *wish);

/* Copies the image into the blocks. */
void tls_start(uint32_t module);

/* Takes the blocks away. */
void tls_release(uint32_t module);

/* The number of a module's block, 0 if it has none; its offset from the thread pointer, TLS_NOWHERE if that is not fixed. */
unsigned tls_number(uint32_t module);
#define TLS_NOWHERE INTPTR_MIN
intptr_t tls_offset(unsigned number);

/* Where something in a block lies in the thread that asks: the machine's own, in boot/<machine>/tls.S. `offset` counts from
 * BOARD_TLS_BIAS bytes into the block. */
struct tls_index {
  uintptr_t number, offset;
};
void *__tls_get_addr(const struct tls_index *index);

/* The functions of descriptors, to be called by compiled code only. */
extern const char lw_tls_static[], lw_tls_dynamic[], lw_tls_absent[];
