// A host has its say: before the lookup and behind it, in between, by context, and later by leading symbols elsewhere.
// lib: base.so -DBASE
// lib: user.so -DUSER -Wl,--no-as-needed ./base.so
#include "case.h"
#if defined BASE
EXPORT int base(void) { return 1; }
EXPORT int shadowed(void) { return 2; }
#elif defined USER
extern int base(void), shadowed(void), given(void);
EXPORT int call_base(void) { return base(); }
EXPORT int call_shadowed(void) { return shadowed(); }
EXPORT int call_given(void) { return given(); }
EXPORT int (*pointer)(void) = base;
#else
struct asked {
  char names[1 << 12];
  lw_context context;
};

static int seventeen(void) { return 17; }
static int eighteen(void) { return 18; }

static void note(struct asked *asked, const char *name) {
  size_t used = strlen(asked->names);
  snprintf(asked->names + used, sizeof asked->names - used, " %s", name);
}

static void *before(const struct lw_reference *it, void *data) {
  struct asked *asked = data;
  note(asked, it->name);
  CHECK(it->context == asked->context && strstr(it->path, ".so"));
  return strcmp(it->name, "shadowed") ? 0 : (void *)seventeen;
}

static void *after(const struct lw_reference *it, void *data) {
  struct asked *asked = data;
  CHECK(it->context == asked->context && !it->version);
  return strcmp(it->name, "given") ? 0 : (void *)eighteen;
}

struct seen {
  int relocations;
  lw_module owner;
  void *place;
};

static void *intercept(const struct lw_relocation *it, void *data) {
  struct seen *seen = data;
  CHECK(it->path && it->name && it->type && it->place);
  if (strcmp(it->name, "base") || !strstr(it->path, "user.so")) return it->value;
  seen->relocations++;
  seen->owner = it->owner;
  seen->place = it->place;
  return (void *)eighteen;
}

static int call(lw_module module, const char *name) { return SYMBOL_OF(int (*)(void), module, name)(); }

struct list {
  int count;
  lw_module modules[64];
  char last[256];
};

static int collect(const struct lw_info *info, void *data) {
  struct list *list = data;
  CHECK(info->module && info->base && info->bytes && info->path);
  CHECK(info->header_count > 0 && info->dynamic);
  list->modules[list->count++] = info->module;
  snprintf(list->last, sizeof list->last, "%s", info->path);
  return 0;
}

int main(void) {
  struct asked asked = {.names = ""};
  lw_context context;
  CHECK(lw_context_open(&context) == LW_OK);
  asked.context = context;

  // Before and behind; nobody else's context is asked.
  lw_module user;
  FAILS(lw_open(context, "./user.so", 0, &user), LW_CODE_MISSING_SYMBOL, "given (needed by ./user.so)");
  CHECK(lw_resolvers(context, before, after, &asked) == LW_OK);
  CHECK(lw_open(context, "./user.so", 0, &user) == LW_OK);
  CHECK(strstr(asked.names, " base") && strstr(asked.names, " shadowed") && strstr(asked.names, " given"));
  CHECK(call(user, "call_base") == 1 && call(user, "call_shadowed") == 17 && call(user, "call_given") == 18);
  CHECK(SYMBOL_OF(int (**)(void), user, "pointer")[0]() == 1);
  CHECK(lw_close(user) == LW_OK);

  // Of functions that are bound when they are called, too.
  asked.names[0] = 0;
  CHECK(lw_open(context, "./user.so", LW_LAZY, &user) == LW_OK);
  CHECK(!strstr(asked.names, "given"));
  CHECK(call(user, "call_given") == 18 && call(user, "call_shadowed") == 17 && call(user, "call_base") == 1);
  CHECK(lw_close(user) == LW_OK);

  // In between: what a relocation is bound to, and whose it is.
  struct seen seen = {0};
  CHECK(lw_intercept(context, intercept, &seen) == LW_OK);
  CHECK(lw_open(context, "./user.so", 0, &user) == LW_OK);
  CHECK(call(user, "call_base") == 18 && SYMBOL_OF(int (**)(void), user, "pointer")[0]() == 18);
  struct lw_info info;
  CHECK(seen.relocations == 2 && lw_module_info(seen.owner, &info) == LW_OK && strstr(info.path, "base.so"));
  struct lw_place place;
  CHECK(lw_address(context, seen.place, &place) == LW_OK && place.module == user);
  CHECK(lw_intercept(context, 0, 0) == LW_OK);
  CHECK(lw_close(user) == LW_OK);

  // Later, and back.
  unsigned places = 99;
  CHECK(lw_open(context, "./user.so", 0, &user) == LW_OK);
  FAILS(lw_patch(user, "base", (void *)eighteen, &places), LW_CODE_NOT_PATCHABLE, "NotPatchable");
  CHECK(places == 0 && lw_close(user) == LW_OK);
  CHECK(lw_open(context, "./user.so", LW_PATCHABLE, &user) == LW_OK);
  CHECK(lw_patch(user, "base", (void *)eighteen, &places) == LW_OK && places == 2);
  CHECK(call(user, "call_base") == 18 && SYMBOL_OF(int (**)(void), user, "pointer")[0]() == 18);
  CHECK(lw_patch(user, "base", 0, &places) == LW_OK && places == 2);
  CHECK(call(user, "call_base") == 1);
  CHECK(lw_patch(user, "nobody", (void *)eighteen, &places) == LW_OK && places == 0);

  // Questions: what is there, in the order in which it was loaded; whose an address is; what comes behind; what all see.
  struct list list = {0};
  CHECK(lw_modules(context, collect, &list) == 0 && list.count >= 2);
  char *function = SYMBOL_OF(char *, user, "call_base");
  CHECK(lw_address(context, function + 1, &place) == LW_OK && place.module == user && !strcmp(place.symbol, "call_base"));
  CHECK(place.address == function && place.bytes > 1);
  CHECK(lw_address(context, &list, &place) == 1 && !place.module && !place.symbol);
  CHECK(lw_address(context, 0, &place) == 1);
  CHECK(lw_address(LW_PROCESS, function, &place) == 1); // another context's
  CHECK(lw_address(LW_PROCESS, (void *)main, &place) == LW_OK && lw_module_info(place.module, &info) == LW_OK && info.is_adopted);
  CHECK(!lw_next(user, "nobody") && strstr(lw_error(), "undefined symbol: nobody"));
  CHECK(!lw_global(context, "call_base") && strstr(lw_error(), "undefined symbol: call_base"));
  lw_module global, copy;
  CHECK(lw_open(context, "./user.so", LW_GLOBAL, &global) == LW_OK && global == user);
  CHECK(lw_global(context, "call_base") == function && lw_global(context, "base"));
  CHECK(!lw_global(LW_PROCESS, "call_base") && lw_error());
  CHECK(lw_global(LW_PROCESS, "puts") == (void *)puts);
  // base.so comes behind user.so, and the C library behind that.
  CHECK(lw_next(user, "base") == lw_symbol(user, "base") && !lw_next(user, "call_base") && lw_error());
  // A copy is a module of its own, and nobody else finds it.
  CHECK(lw_open(context, "./user.so", LW_COPY, &copy) == LW_OK && copy != user && lw_symbol(copy, "call_base") != function);
  CHECK(lw_close(copy) == LW_OK);
  FAILS(lw_close(copy), LW_CODE_STALE_HANDLE, "no module");
  // Versions, and a symbol that is 0.
  lw_module libc = LOAD("libc.so.6", LW_NOLOAD);
  CHECK(lw_symbol_version(libc, "puts", "GLIBC_2.2.5") == (void *)puts);
  CHECK(!lw_symbol_version(libc, "puts", "GLIBC_9.9") && strstr(lw_error(), "undefined symbol: puts, version GLIBC_9.9"));
  // A context takes all that is in it, whoever holds it.
  CHECK(lw_context_close(context) == LW_OK && mappings("user.so") == 0 && mappings("base.so") == 0);
  CHECK(!lw_symbol(user, "call_base") && strstr(lw_error(), "no module"));
  return verdict();
}
#endif
