/* Events: lines of JSON on the serial line, each begun by the record separator (RFC 7464). */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Begins an event, {"event":"<name>"; json_end() ends its line. */
void json_event(const char *name);
void json_end(void);

/* A field's name, for whoever writes its value with the two below. */
void json_open(const char *name, char bracket);
void json_close(char bracket);

/* Begins an element of an array that is an object; json_close('}') ends it. */
void json_item(void);

/* Fields. Addresses and what may need 64 bits are strings "0x...", counts are numbers. */
void json_text(const char *name, const char *text);
void json_bytes(const char *name, const char *text, size_t bytes);
void json_hex(const char *name, uint64_t value);
void json_count(const char *name, uint64_t value);
