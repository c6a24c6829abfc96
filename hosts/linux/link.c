/* Which libraries and symbols there are: files that are searched for, what is bound to this host itself, and what the embedder says. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "host.h"
#include "own.h"

/* ---- what an embedder said of a context ---- */

static struct say *says;
static size_t say_count;

struct say *say_of(uint32_t context, bool makes) {
  for (size_t i = 0; i < say_count; ++i) {
    if (says[i].context == context) return &says[i];
  }
  struct say *more = makes ? realloc(says, (say_count + 1) * sizeof *says) : NULL;
  if (!more) return NULL;
  says = more;
  says[say_count] = (struct say){.context = context};
  return &says[say_count++];
}

void say_forget(uint32_t context) {
  struct say *gone = say_of(context, false);
  if (gone) *gone = says[--say_count];
}

/* ---- whose load it is ---- */

/* Of this thread: a load, or a function that is bound as it is called. */
static _Thread_local uint32_t current __attribute__((tls_model("initial-exec")));

void link_begin(uint32_t context) { current = context; }
uint32_t link_context(void) { return current; }

/* ---- libraries ---- */

int32_t lw_link_needed(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes) {
  (void)session;
  struct file *needer = file_at(from), *file = adopted_named(at(name), name_bytes);
  if (file) return (int32_t)file->source;
  // What the system's linker loaded has what it needs, under whatever name.
  if (needer && needer->bias != LW_NONE) return 0;
  file = search_find(at(name), name_bytes);
  // What is in memory already is not looked at again.
  if (file && file->uses > 0) file_settle(file);
  return file ? (int32_t)file->source : LW_ANSWER_REFUSED;
}

/* A member of a thin archive is named from the archive's folder; one in memory has none. */
int32_t lw_link_member(uint32_t session, uint32_t archive, uint64_t name, uint32_t name_bytes) {
  (void)session;
  const struct file *beside = file_at(archive);
  const char *member = at(name), *slash = name_bytes && *member != '/' ? strrchr(beside->path, '/') : NULL;
  char path[PATH_MAX];
  int bytes = snprintf(path, sizeof path, "%.*s%.*s", slash ? (int)(slash + 1 - beside->path) : 0, beside->path, (int)name_bytes, member);
  struct file *file;
  return !beside->is_memory && bytes < (int)sizeof path && file_open(path, &file) == 0 ? (int32_t)file->source : LW_ANSWER_REFUSED;
}

/* ---- symbols; answers are kept apart by thread, because what is bound when it is called is bound by any ---- */

static _Thread_local struct {
  uint64_t addr;
} found __attribute__((tls_model("initial-exec")));

static int32_t answer(const void *address) {
  if (!address) return LW_ANSWER_REFUSED;
  found.addr = addr_of(address);
  return LW_ANSWER_DONE;
}

/* A name as C has it: names in a string table end with a NUL; versions, too. */
static const char *text(uint64_t addr) { return addr == LW_NONE ? NULL : at(addr); }

static void *asked(lw_resolver resolver, void *data, uint32_t context, uint32_t from, uint64_t name, uint64_t version) {
  struct file *file = file_at(from);
  struct lw_reference reference = {.context = context, .path = file ? file->path : "?", .name = text(name), .version = text(version)};
  return resolver(&reference, data);
}

/* With session 0 it is bound when it is called, and whose context it is follows from the file that calls. */
int32_t lw_link_before(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes, uint64_t version, uint32_t version_bytes) {
  (void)session, (void)version_bytes;
  const void *own = own_symbol(at(name), name_bytes);
  if (own) return answer(own);
  struct say *say = say_count ? say_of(current, false) : NULL;
  return say && say->before ? answer(asked(say->before, say->resolver_data, current, from, name, version)) : LW_ANSWER_REFUSED;
}

int32_t lw_link_resolve(uint32_t session, uint32_t from, uint64_t name, uint32_t name_bytes, uint64_t version, uint32_t version_bytes) {
  (void)session, (void)name_bytes, (void)version_bytes;
  struct say *say = say_count ? say_of(current, false) : NULL;
  return say && say->after ? answer(asked(say->after, say->resolver_data, current, from, name, version)) : LW_ANSWER_REFUSED;
}

int32_t lw_link_intercept(uint32_t module, uint64_t name, uint32_t name_bytes, uint32_t type, uint64_t place, uint32_t owner, uint64_t value) {
  (void)name_bytes;
  struct say *say = say_of(current, false); /* the module may not be published yet */
  if (!say || !say->interceptor) return LW_ANSWER_REFUSED;
  struct file *file = file_at((uint32_t)core_value(module, LW_FIELD_SOURCE));
  struct lw_relocation relocation = {.owner = owner, .path = file ? file->path : "?", .name = text(name), .type = type, .place = at(place), .value = at(value)};
  void *taken = say->interceptor(&relocation, say->interceptor_data);
  if (taken == at(value)) return LW_ANSWER_REFUSED;
  found.addr = addr_of(taken);
  return LW_ANSWER_DONE;
}

uint64_t lw_link_found_addr(void) { return found.addr; }
uint64_t lw_link_found_bytes(void) { return 0; }
uint32_t lw_link_found_type(void) { return 0; }
