#include "json.h"
#include "board.h"
#include "libc/libc.h"

static const char DIGITS[] = "0123456789abcdef";

/* Whether the next field is the first of its object or array, and so takes no comma. */
static bool first;

static void put(const char *text) {
  while (*text) board_put(*text++);
}

static void put_hex(uint64_t value) {
  int shift = 60;
  while (shift > 0 && value >> shift == 0) shift -= 4;
  put("0x");
  for (; shift >= 0; shift -= 4) board_put(DIGITS[value >> shift & 15]);
}

/* Bytes above 0x7f are written as the code points of the same number: the line is ASCII, whatever the bytes mean. */
static void put_quoted(const char *text, size_t bytes) {
  board_put('"');
  for (size_t i = 0; i < bytes; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\') {
      board_put('\\');
      board_put((char)c);
    } else if (c < 0x20 || c > 0x7e) {
      put("\\u00");
      board_put(DIGITS[c >> 4]);
      board_put(DIGITS[c & 15]);
    } else {
      board_put((char)c);
    }
  }
  board_put('"');
}

static void comma(void) {
  if (!first) board_put(',');
  first = false;
}

static void put_name(const char *name) {
  comma();
  put_quoted(name, strlen(name));
  board_put(':');
}

void json_event(const char *name) {
  board_put(0x1e);
  board_put('{');
  first = true;
  json_text("event", name);
}

void json_end(void) { put("}\n"); }

void json_open(const char *name, char bracket) {
  put_name(name);
  board_put(bracket);
  first = true;
}

void json_close(char bracket) {
  board_put(bracket);
  first = false;
}

void json_item(void) {
  comma();
  board_put('{');
  first = true;
}

void json_text(const char *name, const char *text) { json_bytes(name, text, strlen(text)); }

void json_bytes(const char *name, const char *text, size_t bytes) {
  put_name(name);
  put_quoted(text, bytes);
}

void json_hex(const char *name, uint64_t value) {
  put_name(name);
  board_put('"');
  put_hex(value);
  board_put('"');
}

void json_count(const char *name, uint64_t value) {
  char digits[20];
  size_t count = 0;
  do {
    digits[count++] = DIGITS[value % 10];
    value /= 10;
  } while (value > 0);
  put_name(name);
  while (count > 0) board_put(digits[--count]);
}
