/* The image's contexts: namespaces of modules that share nothing but the image's own symbols. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { CONTEXTS = 4 };

/* Goes to a context, by its number; made when it is first gone to. false: there is no such number, or no memory. */
bool context_switch(unsigned number);

/* Where we are: its number, and the core's handle; 0 before the first switch. */
unsigned context_number(void);
uint32_t context_now(void);

/* Ends the context that we are in and goes to the first one, which only begins anew. */
void context_end(void);

/* The module whose memory holds an address, and the context that it is in; 0 for none. */
uint32_t module_at(uintptr_t address);

/* The module of a source in a context; 0 if it is not there. */
uint32_t module_from(uint32_t context, uint32_t source);

/* Takes a session to its end: LW_ANSWER_DONE or LW_ANSWER_REFUSED. */
int32_t settle(uint32_t session);
