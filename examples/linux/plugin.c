/* A plugin: what it needs is the C library's, and one function that its host gives it. */
#include <stdio.h>
#include <stdlib.h>

extern const char *host_name(void);

__attribute__((constructor)) static void up(void) { puts("plugin: up"); }
__attribute__((destructor)) static void down(void) { puts("plugin: down"); }

int greet(const char *whom) {
  char *text = malloc(64);
  if (!text) return -1;
  int bytes = snprintf(text, 64, "%s greets %s", host_name(), whom);
  puts(text);
  free(text);
  return bytes;
}
