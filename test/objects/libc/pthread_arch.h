/* In place of musl's own: the thread pointer of an image is the loader's, so what musl keeps of its one thread lies in ordinary memory. */

extern uintptr_t lw_thread_pointer;

static inline uintptr_t __get_tp(void) { return lw_thread_pointer; }
