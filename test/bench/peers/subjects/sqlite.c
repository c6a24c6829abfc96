/* SQLite in one object, and a question to it. */
#include "sqlite3.c"

unsigned long answer(const char *text, unsigned long bytes) {
  sqlite3 *database;
  sqlite3_stmt *statement;
  unsigned long result = 0;
  if (sqlite3_open(":memory:", &database) == SQLITE_OK) {
    sqlite3_exec(database, "create table words (word text, n integer); insert into words values ('one', 1), ('many', 1000)", NULL, NULL, NULL);
    if (sqlite3_prepare_v2(database, "select sum(n) + length(?1) from words where upper(word) like '%N%'", -1, &statement, NULL) == SQLITE_OK) {
      sqlite3_bind_text(statement, 1, text, (int)bytes, SQLITE_STATIC);
      if (sqlite3_step(statement) == SQLITE_ROW) result = (unsigned long)sqlite3_column_int64(statement, 0);
      sqlite3_finalize(statement);
    }
    sqlite3_close(database);
  }
  sqlite3_shutdown();
  return result;
}
