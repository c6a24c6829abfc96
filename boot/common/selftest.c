/* A program that shows whether a boot folder keeps its promises (board.h), without the core.
 *
 * The first byte of the payload chooses what happens; every case ends in one line, "PASS ..." or "FAIL ...", and
 * the power off that belongs to it. Case 0 does nothing wrong. Every other case commits one fault, and passes if
 * trap_report() is told the pc and the address that it announced before.
 *
 *   0 map, run, remap and run again; floating point; counter; canary
 *   1 write a read-only page    2 execute a data page    3 read an unmapped page     (at MODULE_LOW)
 *   a write a read-only page    b execute a data page    c read an unmapped page     (inside of board_ram)
 *   4 jump to null              5 undefined instruction  6 write the image's text    7 overflow the stack
 *   d write the image's constants                        e execute the image's data
 *
 * Build it in place of the host, with boot/<machine>/start.S and board.c, -I boot/<machine> -I boot/common. */
#include "board.h"
#include "machine.h"

enum {
  PAGE = BOARD_PAGE_BYTES,
  CODE_BYTES = 64, /* more than one of the functions that are copied as code */
  FUNCTION_BYTES = 512, /* more than any function that commits a fault */
  LOOP_COUNT = 1000
};

/* ---- what compiled code expects to find: clang calls these for plain assignments and loops, too ---- */

__attribute__((no_builtin)) void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) ((char *)to)[i] = ((const char *)from)[i];
  return to;
}

__attribute__((no_builtin)) void *memset(void *to, int value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) ((char *)to)[i] = (char)value;
  return to;
}

__attribute__((no_builtin)) void *memmove(void *to, const void *from, size_t bytes) {
  if ((uintptr_t)to - (uintptr_t)from >= bytes) return memcpy(to, from, bytes);
  for (size_t i = bytes; i-- > 0;) ((char *)to)[i] = ((const char *)from)[i];
  return to;
}

/* ---- printing ---- */

static void print(const char *text) {
  while (*text) board_put(*text++);
}

static void print_hex(const char *name, uint64_t value) {
  print(name);
  print("0x");
  int shift = 60;
  while (shift > 0 && value >> shift == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) board_put("0123456789abcdef"[value >> shift & 15]);
}

static void print_span(const char *name, struct span span) {
  print(name);
  print_hex(" at ", span.start);
  print_hex(", bytes ", span.bytes);
  print("\n");
}

_Noreturn static void fail(const char *why) {
  print("FAIL ");
  print(why);
  print("\n");
  board_off(false);
}

static void require(bool holds, const char *what) {
  if (!holds) fail(what);
}

/* ---- the fault that is about to be committed ---- */

static struct {
  bool any;
  uintptr_t pc_low, pc_high; /* inclusive */
  uintptr_t address_low, address_high;
} expected;

static void expect(uintptr_t pc, size_t pc_bytes, uintptr_t address) {
  expected.any = true;
  expected.pc_low = pc;
  expected.pc_high = pc + pc_bytes;
  expected.address_low = expected.address_high = address;
  print_hex("expecting a trap, pc from ", expected.pc_low);
  print_hex(" to ", expected.pc_high);
  print_hex(", address ", address);
  print("\n");
}

_Noreturn void trap_report(const struct trap *trap) {
  print("trap: ");
  print(trap->cause);
  print_hex(", pc ", trap->pc);
  print_hex(", address ", trap->address);
  print_hex(", syndrome ", trap->syndrome);
  print("\n");
  require(expected.any, "no trap was expected");
  require(expected.pc_low <= trap->pc && trap->pc <= expected.pc_high, "pc");
  require(expected.address_low <= trap->address && trap->address <= expected.address_high, "address");
  print("PASS trap\n");
  board_off(true);
}

/* ---- what commits it ---- */

__attribute__((noinline)) static void store_at(uintptr_t at) { *(volatile uint32_t *)at = 17; }

__attribute__((noinline)) static uint32_t load_at(uintptr_t at) { return *(volatile uint32_t *)at; }

__attribute__((noinline)) static int call_at(uintptr_t at, int argument) { return ((int (*)(int))at)(argument); }

extern char undefined_instruction[];
__attribute__((noinline, used)) static void execute_undefined(void) {
  __asm__ volatile(".globl undefined_instruction\nundefined_instruction:\n\t"
#if defined __x86_64__ || defined __i386__
                   "ud2"
#elif defined __aarch64__ || defined __arm__
                   "udf #0"
#elif defined __riscv
                   "unimp"
#else
                   ".4byte 0xffffffff"
#endif
  );
}

static volatile bool deeper = true;
__attribute__((noinline)) static int overflow_stack(int depth) {
  volatile char frame[256];
  for (unsigned i = 0; i < sizeof frame; i += 32) frame[i] = (char)depth;
  return deeper ? overflow_stack(depth + 1) + frame[0] : 0;
}

/* Position-independent and complete in themselves, so that a copy of their bytes is a function. */
__attribute__((noinline)) static int add_17(int x) { return x + 17; }
__attribute__((noinline)) static int add_40(int x) { return x + 40; }

static const uint32_t constant[4] = {17, 17, 17, 17};
static uint32_t data[4] = {17, 17, 17, 17};

/* Thumb marks a function's address with bit 0; code starts at the address without it. */
static uintptr_t text_of(int (*function)(int)) {
#ifdef __arm__
  return (uintptr_t)function & ~(uintptr_t)1;
#else
  return (uintptr_t)function;
#endif
}

/* ---- the cases ---- */

static void place_code(uintptr_t frame, int (*function)(int)) {
  memcpy((void *)frame, (const void *)text_of(function), CODE_BYTES);
}

static int run_at(uintptr_t at, uintptr_t frame, int (*function)(int)) {
  place_code(frame, function);
  require(board_map(at, frame, PAGE, PF_R | PF_X), "board_map R|X");
  board_sync_code(at, CODE_BYTES);
  return call_at(at + ((uintptr_t)function - text_of(function)), 1);
}

static void check_code(uintptr_t frame) {
  require(run_at(MODULE_LOW, frame, add_17) == 18, "the first code that was mapped");
  require(run_at(MODULE_LOW, frame, add_40) == 41, "changed code in the same frame");
  require(run_at(MODULE_LOW, frame + PAGE, add_17) == 18, "another frame at the same address");
  for (int i = 0; i < 100; i++) {
    require(run_at(MODULE_LOW, frame, i & 1 ? add_17 : add_40) == (i & 1 ? 18 : 41), "code changed in a loop");
  }
  require(run_at(MODULE_HIGH - PAGE, frame, add_40) == 41, "code at the last module page");
  print("code: ok\n");
}

static void check_pages(struct span ram) {
  uintptr_t frame = ram.start + 8 * PAGE;
  for (uintptr_t i = 0; i < 4; i++) store_at(frame + i * PAGE);
  require(board_map(MODULE_LOW, frame, 4 * PAGE, PF_R | PF_W), "board_map R|W");
  volatile uint32_t *alias = (volatile uint32_t *)(uintptr_t)MODULE_LOW;
  for (uint32_t i = 0; i < 4; i++) alias[i * PAGE / sizeof *alias] = 100 + i;
  for (uint32_t i = 0; i < 4; i++) require(load_at(frame + i * PAGE) == 100 + i, "an alias shows what was stored");
  require(board_map(frame, frame, 2 * PAGE, PF_R), "board_map R in RAM");
  require(load_at(frame) == 100 && load_at(frame + 2 * PAGE) == 102, "RAM after a change of permissions");
  require(board_map(frame, frame, 2 * PAGE, PF_R | PF_W), "board_map R|W in RAM");
  store_at(frame);
  require(load_at(MODULE_LOW) == 17, "RAM that is writable again");
  require(board_map(MODULE_LOW, frame, 4 * PAGE, 0), "board_map 0");
  uintptr_t last = ram.start + ram.bytes - PAGE;
  require(board_map(last, last, PAGE, PF_R | PF_W), "board_map of the last page of RAM");
  store_at(last);
  require(load_at(last) == 17, "the last page of RAM");
  print("pages: ok\n");
}

/* As long as the largest page below a GiB on any machine, so that large pages are made, split and made again. */
static void check_large(struct span ram) {
  enum { LARGE = 4 << 20 };
  uintptr_t frame = (ram.start + LARGE - 1) / LARGE * LARGE, at = 4 * (uintptr_t)LARGE;
  store_at(frame);
  store_at(frame + LARGE - PAGE);
  for (int i = 0; i < 2; i++) {
    require(board_map(at, frame, LARGE, PF_R | PF_W), "board_map of a large page");
    require(load_at(at) == 17 && load_at(at + LARGE - PAGE) == 17, "a large page");
    require(board_map(at + PAGE, frame, PAGE, PF_R), "board_map inside of a large page");
    store_at(at);
    *(volatile uint32_t *)(at + LARGE - PAGE) = 18;
    require(load_at(at + PAGE) == 17 && load_at(frame + LARGE - PAGE) == 18, "a large page that was split");
    store_at(at + LARGE - PAGE);
  }
  require(board_map(at, frame, LARGE, 0), "board_map 0 of a large page");
  print("large pages: ok\n");
}

static void check_float(void) {
  volatile double a = 1.5, b = 2.5;
  volatile float c = 0.5f;
  require((int)(a * b * 100 + (double)c) == 375, "floating point");
  print("floating point: ok\n");
}

static uint64_t steps_of_loop(int count) {
  uint64_t start = board_counter();
  for (int i = 0; i < count; i++) __asm__ volatile("nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop");
  return board_counter() - start;
}

/* With steps that are instructions, a thousand more rounds cost eight nops and the loop's own two or three each. */
static void check_counter(void) {
  uint64_t once = steps_of_loop(LOOP_COUNT), twice = steps_of_loop(2 * LOOP_COUNT);
  print("counter: ");
  print(board_counter_unit);
  print_hex(", 1000 rounds ", once);
  print_hex(", 2000 rounds ", twice);
  print("\n");
  require(once > 0 && twice > once, "the counter advances");
}

static void check_canary(void) {
  static _Alignas(4096) char thread[8192];
  uintptr_t canary = (uintptr_t)board_seed();
  board_thread((uintptr_t)thread + sizeof thread / 2, canary);
  print_hex("canary ", canary);
#if defined __x86_64__
  uintptr_t found;
  __asm__ volatile("mov %%fs:0x28, %0" : "=r"(found));
  require(found == canary, "the canary at %fs:0x28");
#elif defined __i386__
  uintptr_t found;
  __asm__ volatile("mov %%gs:0x14, %0" : "=r"(found));
  require(found == canary, "the canary at %gs:0x14");
#endif
  print(", ok\n");
}

static void check_ram(struct span ram) {
  for (uintptr_t at = ram.start; at < ram.start + ram.bytes; at += 1u << 20) store_at(at);
  store_at(ram.start + ram.bytes - sizeof(uint32_t));
  print("ram: ok\n");
}

_Noreturn static void do_nothing_wrong(struct span ram) {
  check_ram(ram);
  check_pages(ram);
  check_large(ram);
  check_code(ram.start);
  check_float();
  check_counter();
  check_canary();
  print("PASS\n");
  board_off(true);
}

static void write_read_only(uintptr_t at, uintptr_t frame) {
  require(board_map(at, frame, PAGE, PF_R | PF_W), "board_map R|W");
  store_at(at);
  require(board_map(at, frame, PAGE, PF_R), "board_map R");
  require(load_at(at) == 17, "a read-only page is readable");
  expect((uintptr_t)store_at, FUNCTION_BYTES, at + 8);
  store_at(at + 8);
}

static void execute_data(uintptr_t at, uintptr_t frame) {
  require(run_at(at, frame, add_17) == 18, "code");
  require(board_map(at, frame, PAGE, PF_R | PF_W), "board_map R|W");
  expect(at, 0, at);
  call_at(at, 1);
}

static void read_unmapped(uintptr_t at, uintptr_t frame) {
  require(board_map(at, frame, PAGE, PF_R | PF_W), "board_map R|W");
  store_at(at);
  require(board_map(at, frame, PAGE, 0), "board_map 0");
  expect((uintptr_t)load_at, FUNCTION_BYTES, at + 4);
  load_at(at + 4);
}

static void recurse(void) {
  expect((uintptr_t)overflow_stack, FUNCTION_BYTES, 0);
  expected.address_high = UINTPTR_MAX;
  overflow_stack(0);
}

_Noreturn void image_main(void) {
  print("\x1e{\"event\":\"ready\"}\n");
  struct span ram = board_ram(), payload = board_payload();
  print_span("ram", ram);
  print_span("payload", payload);
  char choice = *(volatile char *)payload.start;
  print("case ");
  board_put(choice);
  print("\n");
  require(ram.start % PAGE == 0 && ram.bytes % PAGE == 0, "RAM is made of pages");
  require(ram.start + ram.bytes <= payload.start, "RAM ends where the payload starts");
  uintptr_t inside = ram.start + (ram.bytes / 2 & ~(uintptr_t)(PAGE - 1)) + PAGE;
  switch (choice) {
    case '0': do_nothing_wrong(ram);
    case '1': write_read_only(MODULE_LOW, ram.start); break;
    case '2': execute_data(MODULE_LOW, ram.start); break;
    case '3': read_unmapped(MODULE_LOW, ram.start); break;
    case 'a': write_read_only(inside, inside); break;
    case 'b': execute_data(inside, inside); break;
    case 'c': read_unmapped(inside, inside); break;
    case '4':
      expect(0, 0, 0);
      call_at(0, 1);
      break;
    case '5':
      expect((uintptr_t)undefined_instruction, 0, (uintptr_t)undefined_instruction);
      execute_undefined();
      break;
    case '6':
      expect((uintptr_t)store_at, FUNCTION_BYTES, text_of(add_17));
      store_at(text_of(add_17));
      break;
    case '7': recurse(); break;
    case 'd':
      expect((uintptr_t)store_at, FUNCTION_BYTES, (uintptr_t)constant);
      store_at((uintptr_t)constant);
      break;
    case 'e':
      expect((uintptr_t)data, 0, (uintptr_t)data);
      call_at((uintptr_t)data, 1);
      break;
    default: fail("the payload does not choose a case");
  }
  fail("nothing trapped");
}
