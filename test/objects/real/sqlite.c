/* A database in memory: tables, indices, joins, triggers, functions of ours, text of many kinds; all of it is printed. */
#include <stdio.h>
#include <string.h>
#include "sqlite3.h"

static int row(void *data, int count, char **values, char **names) {
  (void)data;
  for (int i = 0; i < count; ++i) printf("%s=%s%c", names[i], values[i] ? values[i] : "NULL", i + 1 < count ? ' ' : '\n');
  return 0;
}

static void twice(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  sqlite3_result_int64(context, sqlite3_value_int64(values[0]) * 2);
}

static const char *const steps[] = {
  "CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL, weight REAL)",
  "CREATE INDEX by_text ON word(text)",
  "CREATE TABLE log(what TEXT, id INTEGER)",
  "CREATE TRIGGER told AFTER DELETE ON word BEGIN INSERT INTO log VALUES('gone', old.id); END",
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO word SELECT i, printf('w%04d', (i * 7919) % 1500), i / 3.0 FROM n",
  "SELECT count(*) AS count, sum(id) AS sum, min(text) AS first, max(text) AS last, round(avg(weight), 3) AS mean FROM word",
  "SELECT a.text AS text, b.id AS id FROM word a JOIN word b ON b.id = a.id * 2 WHERE a.text LIKE 'w00_7' ORDER BY a.text",
  "BEGIN; DELETE FROM word WHERE id % 3 = 0; ROLLBACK",
  "DELETE FROM word WHERE id % 10 = 0",
  "SELECT what, count(*) AS count, sum(id) AS sum FROM log GROUP BY what",
  "SELECT twice(21) AS twice, upper('abc') || hex(x'00ff') AS text, substr('hello', 2, 3) AS part, 7 % 3 AS rest, 1.5e3 AS number, date('2020-02-29', '+1 year') AS date",
  "SELECT id, text, rank() OVER (ORDER BY text DESC) AS rank FROM word WHERE id < 8 ORDER BY id",
  "EXPLAIN QUERY PLAN SELECT * FROM word WHERE text = 'w0001'",
  "SELECT group_concat(text, ',') AS texts FROM (SELECT text FROM word ORDER BY weight DESC LIMIT 5)",
  "UPDATE word SET weight = NULL WHERE id BETWEEN 100 AND 120; SELECT count(*) - count(weight) AS nulls FROM word",
  "SELECT * FROM nothing",
  "PRAGMA integrity_check",
};

int main(void) {
  sqlite3 *base;
  if (sqlite3_open(":memory:", &base) != SQLITE_OK) return 2;
  sqlite3_create_function(base, "twice", 1, SQLITE_UTF8, NULL, twice, NULL, NULL);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; ++i) {
    char *error = NULL;
    if (sqlite3_exec(base, steps[i], row, NULL, &error) != SQLITE_OK) printf("error: %s\n", error);
    sqlite3_free(error);
  }
  printf("closed: %d\n", sqlite3_close(base));
  return 0;
}
