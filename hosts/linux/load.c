/* Sessions of the core, from their beginning to their end. The lock is held. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <string.h>
#include "ending.h"
#include "host.h"
#include "tls.h"

enum { CORE_FLAGS = LW_GLOBAL | LW_MISSING | LW_LAZY | LW_TEXT | LW_DEEP | LW_COPY | LW_NODELETE | LW_PATCHABLE };
_Static_assert(LW_GLOBAL == (int)LW_FLAG_GLOBAL && LW_MISSING == (int)LW_FLAG_ALLOW_MISSING && LW_LAZY == (int)LW_FLAG_LAZY && LW_TEXT == (int)LW_FLAG_ALLOW_TEXT, "the core's flags");
_Static_assert(LW_DEEP == (int)LW_FLAG_DEEP_BIND && LW_COPY == (int)LW_FLAG_COPY && LW_NODELETE == (int)LW_FLAG_NO_DELETE && LW_PATCHABLE == (int)LW_FLAG_PATCHABLE, "the core's flags");

static unsigned depth;
void (*on_module)(uint32_t code, uint32_t module);

/* Out of sight since the last time: given back when nobody can be looking. */
static void reclaim(void) {
  readers_pass();
  core_reclaim();
}

/* To its end: nothing here makes a session wait but another one of this thread's, which will not go on before we come back. */
static int settle(uint32_t session, uint32_t *result) {
  if (!session) return fail(LW_CODE_OUT_OF_MEMORY, "there is no memory for the loader's records");
  int answer = core_advance(session), code = LW_OK;
  if (answer == LW_ANSWER_PENDING) code = fail(LW_CODE_SESSION_BUSY, "this is being loaded by what called this load");
  else if (answer == LW_ANSWER_REFUSED) code = fail_session(session);
  else if (result) *result = core_result(session);
  core_close(session);
  return code;
}

uint32_t copied_source;

/* What a load of so large a file has taken for itself is worth a system call to give back. */
enum { LARGE_FILE_BYTES = 1 << 20 };

/* Begins a load; what is one module with the first file is added before anything is looked at. */
static uint32_t begin(uint32_t context, struct file *const *files, size_t count, unsigned flags) {
  uint32_t session = core_load(context, files[0]->source, flags & CORE_FLAGS);
  for (size_t i = 1; session && i < count; ++i) {
    if (core_add(session, files[i]->source) != LW_CODE_OUT_OF_MEMORY) continue;
    core_close(session);
    session = 0;
  }
  return session;
}

int load_file(uint32_t context, struct file *file, unsigned flags, lw_module *module) { return load_files(context, &file, 1, flags, module); }

int load_files(uint32_t context, struct file *const *files, size_t count, unsigned flags, lw_module *module) {
  struct file *file = files[0];
  uint32_t result = 0, source = file->source, before = link_context(), copied_before = copied_source;
  bool was_busy = file->is_busy, only_mapped = view_maps(flags & LW_MAPPED);
  link_begin(context);
  if (depth++ == 0) image_begin();
  struct guard outer;
  guard_begin(&outer);
  file->is_busy = true;
  copied_source = flags & LW_COPY ? source : 0;
  int code = settle(begin(context, files, count, flags), &result);
  if (image_is_refused()) {
    // Since copies are made somebody saw to it that they don't run, with seccomp(2) say. Nothing was called; what is mapped may be.
    if (code == LW_OK) unload(result);
    slots_copy_no_more();
    image_begin();
    code = settle(begin(context, files, count, flags), &result);
  }
  bool is_whole = guard_end(&outer);
  --depth;
  search_forget();
  link_begin(before);
  copied_source = copied_before;
  view_maps(only_mapped);
  if (!is_whole) {
    if (code == LW_OK) unload(result);
    code = fail(LW_CODE_TRUNCATED, "%s: the file got shorter while it was loaded", file->path);
  }
  if (code != LW_OK) reclaim();
  if (depth == 0 && file->bytes >= LARGE_FILE_BYTES) host_trim();
  file->is_busy = was_busy;
  if (!was_busy) file_drop(file);
  if (code == LW_OK) *module = result;
  return code;
}

int unload(uint32_t handle) {
  if (is_ending) return LW_OK;
  int code = settle(core_unload(handle), NULL);
  reclaim();
  return code;
}

uint32_t host_module_at(const void *address) {
  uint32_t module = 0;
  read_begin();
  for (uint32_t i = 0, context; !module && (context = context_at(i)); ++i) module = core_at(context, addr_of(address));
  read_end();
  return module;
}

bool host_retain(uint32_t module) {
  if (!host_enter()) return false;
  bool is_kept = core_retain(module) == LW_CODE_OK;
  host_leave();
  return is_kept;
}

void host_release(uint32_t module) {
  if (!host_enter()) return;
  unload(module);
  if (family_settle) family_settle();
  host_leave();
}

void *address_of(uint64_t found) {
  uint32_t owner = (uint32_t)(found >> 32), index = (uint32_t)found;
  uint64_t type = found ? core_entry(owner, LW_LIST_SYMBOL, index, LW_FIELD_TYPE) : STT_NOTYPE;
  uint64_t addr = found ? core_entry(owner, LW_LIST_SYMBOL, index, LW_FIELD_ADDRESS) : 0;
  if (__builtin_expect(type == STT_TLS, 0)) {
    char *block = tls_address(owner);
    addr = block ? addr_of(block) + core_entry(owner, LW_LIST_SYMBOL, index, LW_FIELD_VADDR) : 0;
  }
  read_end();
  if (__builtin_expect(type == STT_GNU_IFUNC, 0)) return lw_machine_choose(0, addr) == LW_ANSWER_DONE ? at(lw_machine_chosen()) : NULL;
  return at(addr);
}
