// An extension of SQLite: a function, an aggregate, and a collation.
#include <sqlite3ext.h>
#include <string.h>
SQLITE_EXTENSION_INIT1

static void twice(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  sqlite3_result_int64(context, 2 * sqlite3_value_int64(values[0]));
}

static void step(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  long long *product = sqlite3_aggregate_context(context, sizeof *product);
  if (product) *product = (*product ? *product : 1) * sqlite3_value_int64(values[0]);
}

static void final(sqlite3_context *context) {
  long long *product = sqlite3_aggregate_context(context, 0);
  sqlite3_result_int64(context, product ? *product : 1);
}

static int backwards(void *unused, int aBytes, const void *a, int bBytes, const void *b) {
  int order = memcmp(b, a, (size_t)(aBytes < bBytes ? aBytes : bBytes));
  return (void)unused, order ? order : bBytes - aBytes;
}

int sqlite3_extension_init(sqlite3 *base, char **error, const sqlite3_api_routines *api);
int sqlite3_extension_init(sqlite3 *base, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  (void)error;
  sqlite3_create_collation(base, "backwards", SQLITE_UTF8, 0, backwards);
  sqlite3_create_function(base, "twice", 1, SQLITE_UTF8, 0, twice, 0, 0);
  return sqlite3_create_function(base, "product", 1, SQLITE_UTF8, 0, 0, step, final);
}
