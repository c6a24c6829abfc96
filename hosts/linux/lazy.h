/* Lazy binding: a function is looked up when it is called for the first time. */
#pragma once

/* Where a module's PLT goes for a function that is not bound yet: boot/<machine>/lazy.S. */
extern const char lazy_entry[];

/* Has to be called before that, or a descriptor's function, may be: measures what vectors the processor has. */
#if defined __x86_64__ || defined __i386__ || defined __riscv || defined __loongarch__
void vectors_measure(void);
#else
static inline void vectors_measure(void) {}
#endif
