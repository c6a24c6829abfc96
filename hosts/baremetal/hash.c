#include "hash.h"
#include "board.h"
#include "json.h"
#include "linkwright.h"
#include "region.h"

enum { PT_LOAD = 1 };

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const unsigned char *at, size_t bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < bytes; i++) hash = (hash ^ at[i]) * 0x100000001b3;
  return hash;
}

/* A segment that nobody may read is opened for as long as it takes. */
static uint64_t hash_of_segment(uintptr_t at, size_t bytes, uint64_t flags) {
  bool closed = (flags & (PF_R | PF_W | PF_X)) == 0;
  if (closed && !region_protect(at, bytes, PF_R)) return 0;
  uint64_t hash = hash_of((const unsigned char *)at, bytes);
  if (closed) region_protect(at, bytes, 0);
  return hash;
}

void report_hash(const char *file, uint32_t module) {
  json_event("hash");
  json_text("file", file);
  json_open("segments", '[');
  uint64_t bias = lw_value(module, LW_FIELD_BIAS);
  uint32_t count = lw_count(module, LW_LIST_PHDR);
  for (uint32_t i = 0; i < count; i++) {
    if (lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_TYPE) != PT_LOAD) continue;
    uint64_t vaddr = lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_VADDR);
    uint64_t bytes = lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_BYTES);
    json_item();
    json_hex("vaddr", vaddr);
    json_count("bytes", bytes);
    json_hex("hash", hash_of_segment((uintptr_t)(vaddr + bias), (size_t)bytes, lw_entry(module, LW_LIST_PHDR, i, LW_FIELD_FLAGS)));
    json_close('}');
  }
  json_close(']');
  json_end();
}
