/* Loads a plugin, gives it a function that no library has, and counts what it takes from malloc, which nobody else notices. */
#include <linkwright.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *host_name(void) { return "the host"; }

static void *give(const struct lw_reference *reference, void *data) {
  (void)data;
  return strcmp(reference->name, "host_name") == 0 ? (void *)host_name : NULL;
}

static size_t taken;

static void *count(size_t bytes) {
  taken += bytes;
  return malloc(bytes);
}

static void *lead(const struct lw_relocation *relocation, void *data) {
  (void)data;
  return strcmp(relocation->name, "malloc") == 0 ? (void *)count : relocation->value;
}

static int fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, lw_error());
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fputs("usage: host PLUGIN\n", stderr);
    return 2;
  }
  lw_context plugins;
  lw_module plugin;
  if (lw_context_open(&plugins) != LW_OK || lw_resolvers(plugins, NULL, give, NULL) != LW_OK || lw_intercept(plugins, lead, NULL) != LW_OK) return fail("host");
  if (lw_open(plugins, argv[1], 0, &plugin) != LW_OK) return fail("host");
  int (*greet)(const char *) = (int (*)(const char *))lw_symbol(plugin, "greet");
  if (!greet) return fail("host");
  int bytes = greet("you");
  struct lw_place place;
  if (lw_address(plugins, (void *)greet, &place) == LW_OK) printf("%s wrote %d letters, and took %zu bytes\n", place.symbol, bytes, taken);
  return lw_context_close(plugins) == LW_OK ? 0 : fail("host");
}
