/* What unwinders ask: where modules are, and their tables. The system's own answers come first, then ours. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include "records.h"
#include "tls.h"

typedef int visit_fn(struct dl_phdr_info *info, size_t bytes, void *data);

struct walk {
  visit_fn *visit;
  void *data;
};

static int visit_real(struct dl_phdr_info *info, size_t bytes, void *data) {
  const struct walk *walk = data;
  if (bytes >= offsetof(struct dl_phdr_info, dlpi_subs) + sizeof info->dlpi_subs) {
    info->dlpi_adds += records_added;
    info->dlpi_subs += records_removed;
  }
  return walk->visit(info, bytes, walk->data);
}

static int visit_own(unsigned long long adds, unsigned long long subs, const struct walk *walk) {
  int answer = 0;
  for (struct record *each = records_first(), *next; each && answer == 0; each = next) {
    next = records_next(each);
    struct dl_phdr_info info = {
      .dlpi_addr = each->map.l_addr, .dlpi_name = each->map.l_name, .dlpi_phdr = each->headers, .dlpi_phnum = each->header_count,
      .dlpi_adds = adds, .dlpi_subs = subs,
    };
    if (core_value(each->module, LW_FIELD_TLS_BYTES)) {
      info.dlpi_tls_modid = tls_number(each->module);
      info.dlpi_tls_data = tls_peek(each->module);
    }
    answer = walk->visit(&info, sizeof info, walk->data);
  }
  return answer;
}

/* Of a program without a linker: itself, as the kernel has placed it. */
static int visit_program(unsigned long long adds, unsigned long long subs, const struct walk *walk) {
  const ElfW(Phdr) *headers = at(getauxval(AT_PHDR));
  struct dl_phdr_info info = {.dlpi_name = "/proc/self/exe", .dlpi_phdr = headers, .dlpi_phnum = (uint16_t)getauxval(AT_PHNUM), .dlpi_adds = 1 + adds, .dlpi_subs = subs};
  for (unsigned i = 0; i < info.dlpi_phnum; ++i) {
    if (headers[i].p_type == PT_PHDR) info.dlpi_addr = (uintptr_t)headers - headers[i].p_vaddr;
    // The system's own number for it; its block is the first that a thread has.
    if (headers[i].p_type == PT_TLS) info.dlpi_tls_modid = 1;
  }
  return walk->visit(&info, sizeof info, walk->data);
}

static int count_real(struct dl_phdr_info *info, size_t bytes, void *data) {
  (void)bytes;
  *(struct dl_phdr_info *)data = *info;
  return 1;
}

PUBLIC int dl_iterate_phdr(visit_fn *visit, void *data) {
  __typeof(&dl_iterate_phdr) real = SYSTEM(dl_iterate_phdr);
  struct walk walk = {visit, data};
  struct dl_phdr_info system = {0};
  if (real) {
    int answer = real(visit_real, &walk);
    if (answer != 0) return answer;
    if (records_added == records_removed) return 0;
    real(count_real, &system);
  } else {
    int answer = visit_program(records_added, records_removed, &walk);
    if (answer != 0) return answer;
    system.dlpi_adds = 1;
  }
  if (records_added == records_removed || !host_enter()) return 0;
  int answer = visit_own(system.dlpi_adds + records_added, system.dlpi_subs + records_removed, &walk);
  host_leave();
  return answer;
}

#ifdef DLFO_STRUCT_HAS_EH_DBASE
/* Weak: a static program has libc's own, which libc needs. */
PUBLIC __attribute__((weak)) int _dl_find_object(void *address, struct dl_find_object *found) {
  const struct record *record = record_at((uintptr_t)address);
  if (!record || record->real) {
    __typeof(&_dl_find_object) ask = SYSTEM(_dl_find_object);
    return ask ? ask(address, found) : -1;
  }
  *found = (struct dl_find_object){
    .dlfo_map_start = at(record->start), .dlfo_map_end = at(record->end), .dlfo_link_map = (struct link_map *)&record->map, .dlfo_eh_frame = (void *)record->eh_frame,
  };
  return 0;
}
#endif
