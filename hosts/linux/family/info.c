/* dlinfo, and where a module's libraries are looked for. */
#define _GNU_SOURCE
#include <limits.h>
#include <string.h>
#include "family.h"

/* ---- run paths ---- */

struct run_paths {
  const char *rpath, *runpath;
};

static struct run_paths run_paths_of(const struct record *record) {
  const struct link_map *map = record->real ? record->real : &record->map;
  const char *strings = NULL;
  uintptr_t rpath = UINTPTR_MAX, runpath = UINTPTR_MAX;
  for (const ElfW(Dyn) *each = map->l_ld; each && each->d_tag != DT_NULL; ++each) {
    // The system's linker leaves addresses in its modules, or what the file has.
    if (each->d_tag == DT_STRTAB) strings = at(each->d_un.d_ptr < record->start ? map->l_addr + each->d_un.d_ptr : each->d_un.d_ptr);
    else if (each->d_tag == DT_RPATH) rpath = each->d_un.d_val;
    else if (each->d_tag == DT_RUNPATH) runpath = each->d_un.d_val;
  }
  struct run_paths paths = {0};
  if (strings && runpath != UINTPTR_MAX) paths.runpath = strings + runpath;
  else if (strings && rpath != UINTPTR_MAX) paths.rpath = strings + rpath;
  return paths;
}

static void tell(const struct record *record, const char *text, uint32_t rank) {
  if (text) search_told(0, record->source, text, strlen(text), rank);
}

void family_tell_paths(const struct record *record) {
  struct run_paths own = record ? run_paths_of(record) : (struct run_paths){0};
  if (record && !own.rpath && !own.runpath) search_told(0, record->source, "", 0, 2); /* who asks: what $ORIGIN is in a path */
  tell(record, own.rpath, 0);
  tell(record, own.runpath, 1);
}

/* ---- dlinfo ---- */

struct filling {
  Dl_serinfo *into; /* null: it is only measured */
  char *text;
  unsigned count;
  size_t text_bytes;
};

static void fill(const char *folder, unsigned flags, void *data) {
  struct filling *filling = data;
  size_t bytes = strlen(folder) + 1;
  if (filling->into && filling->count < filling->into->dls_cnt) {
    filling->into->dls_serpath[filling->count] = (Dl_serpath){.dls_name = memcpy(filling->text + filling->text_bytes, folder, bytes), .dls_flags = flags};
  }
  ++filling->count;
  filling->text_bytes += bytes;
}

static void folders(const struct record *record, struct filling *filling) {
  search_forget();
  family_tell_paths(record);
  search_folders(fill, filling);
}

static size_t head_bytes(unsigned count) { return offsetof(Dl_serinfo, dls_serpath) + count * sizeof(Dl_serpath); }

static int search_size(const struct record *record, Dl_serinfo *answer) {
  struct filling filling = {0};
  folders(record, &filling);
  answer->dls_cnt = filling.count;
  answer->dls_size = head_bytes(filling.count) + filling.text_bytes;
  return 0;
}

static int search_paths(const struct record *record, Dl_serinfo *answer) {
  struct filling measured = {0};
  folders(record, &measured);
  if (answer->dls_cnt < measured.count || answer->dls_size < head_bytes(measured.count) + measured.text_bytes) return fail(LW_CODE_WRONG_KIND, "%s: dlinfo: the buffer is too small", record->map.l_name), -1;
  struct filling filling = {.into = answer, .text = (char *)answer + head_bytes(measured.count)};
  folders(record, &filling);
  return 0;
}

static int tell_of(const struct record *record, int request, void *answer) {
  uint32_t module = record->module;
  bool has_tls = core_value(module, LW_FIELD_TLS_BYTES) > 0;
  char folder[PATH_MAX];
  switch (request) {
    case RTLD_DI_LINKMAP: return *(const struct link_map **)answer = &record->map, 0;
    case RTLD_DI_LMID: return *(Lmid_t *)answer = record->context == family_process() ? LM_ID_BASE : (Lmid_t)record->context, 0;
    case RTLD_DI_ORIGIN:
      if (!search_folder_of(record->map.l_name, folder)) return fail(LW_CODE_VIEW_REFUSED, "%s is in no folder", record->map.l_name), -1;
      return strcpy(answer, folder), 0;
    case RTLD_DI_SERINFOSIZE: return search_size(record, answer);
    case RTLD_DI_SERINFO: return search_paths(record, answer);
    case RTLD_DI_TLS_MODID: return *(size_t *)answer = has_tls ? tls_number(module) : 0, 0;
    case RTLD_DI_TLS_DATA: return *(void **)answer = has_tls ? tls_peek(module) : NULL, 0;
    case RTLD_DI_HEADERS: return *(const ElfW(Phdr) **)answer = record->headers, record->header_count;
    default: return fail(LW_CODE_WRONG_KIND, "unsupported dlinfo request"), -1;
  }
}

int family_info(void *handle, int request, void *answer) {
  error_forget();
  const struct record *record = record_of(handle);
  if (handle == family_program() || (record && record->real)) {
    __typeof(&dlinfo) real = SYSTEM(dlinfo);
    int told = real ? real(handle, request, answer) : -1;
    if (told < 0) family_pass_error();
    return told;
  }
  if (!record) return fail(LW_CODE_STALE_HANDLE, "%p: shared object not open", handle), -1;
  if (!host_enter()) return -1;
  int told = tell_of(record, request, answer);
  host_leave();
  return told;
}
