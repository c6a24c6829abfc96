/* The image's program: opens the core and runs the payload's script. */
#include "board.h"
#include "host.h"
#include "json.h"
#include "libc/libc.h"
#include "linkwright.h"
#include "machine.h"
#include "page.h"
#include "payload.h"
#include "region.h"
#include "symbols.h"
#include "threads.h"

/* The core may use this part of the RAM, at most: plenty for an object with a hundred thousand relocations. */
enum { CORE_SHARE = 8 };

uintptr_t __stack_chk_guard;

/* The thread that everything begins on. The canary's lowest byte in memory is zero, so that no string that runs over can write it. */
static bool start_thread(void) {
  __stack_chk_guard = (uintptr_t)board_seed() & ~(uintptr_t)0xff;
  return thread_switch(0);
}

static bool start_core(void) {
  size_t bytes = page_floor(board_ram().bytes / CORE_SHARE);
  uintptr_t at = region_reserve(bytes, 0, REGION_ANYWHERE, REGION_IMAGE);
  return at != REGION_REFUSED && lw_start((void *)at, bytes) == LW_CODE_OK;
}

static void report_ready(void) {
  json_event("ready");
  json_text("machine", BOARD_MACHINE);
  json_count("page", BOARD_PAGE_BYTES);
  json_text("counter", board_counter_unit);
  json_count("ram", board_ram().bytes);
  json_end();
}

/* Nothing could be done: says what is missing and ends the image. */
_Noreturn static void give_up(const char *command, const char *file) {
  json_event("skipped");
  json_text("file", file);
  json_text("command", command);
  json_end();
  board_off(false);
}

_Noreturn void image_main(void) {
  region_start();
  symbols_start();
  report_ready();
  if (!start_thread()) give_up("make a thread", "");
  if (!start_core()) give_up("open the core", "");
  struct span room = board_payload();
  if (!payload_open((const void *)room.start, room.bytes)) give_up("read the payload, a cpio archive", "");
  int script = payload_find("script", strlen("script"));
  if (script < 0) give_up("read the script, an entry of the payload", "script");
  script_run((const char *)payload_at((unsigned)script)->start, payload_at((unsigned)script)->bytes);
  json_event("done");
  json_end();
  board_off(true);
}
