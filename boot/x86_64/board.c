/* The x86_64 PC: long mode with 4-level paging, of which one page directory is used; every exception switches to
 * the trap stack by the interrupt stack table; the thread pointer is the base of FS. */
#include "x86_board.inc"

/* SDM 3A 7.7 "Task Management in 64-bit Mode" */
struct __attribute__((packed)) task {
  uint32_t reserved0;
  uint64_t rsp[3];
  uint64_t reserved1;
  uint64_t ist[7];
  uint64_t reserved2;
  uint16_t reserved3;
  uint16_t io_map;
};
_Static_assert(sizeof(struct task) == 104, "SDM 3A Figure 7-11");

/* SDM 3A Figure 6-8 "64-Bit IDT Gate Descriptors" */
struct gate {
  uint16_t offset_low;
  uint16_t selector;
  uint8_t ist;
  uint8_t type;
  uint16_t offset_middle;
  uint32_t offset_high;
  uint32_t reserved;
};
_Static_assert(sizeof(struct gate) == 16, "SDM 3A Figure 6-8");

enum {
  GATE_INTERRUPT = 0x8e, /* P, DPL 0, 64-bit interrupt gate */
  GATE_IST = 1,          /* task.ist[0] */
  SELECTOR_TSS = 0x18    /* two entries of the GDT: its base has 64 bits */
};

extern uint64_t gdt[]; /* start.S */
static struct task task;
static struct gate idt[VECTOR_COUNT];

static struct gate gate_to(uintptr_t entry) {
  return (struct gate){
    .offset_low = (uint16_t)entry,
    .selector = SELECTOR_CODE,
    .ist = GATE_IST,
    .type = GATE_INTERRUPT,
    .offset_middle = (uint16_t)(entry >> 16),
    .offset_high = (uint32_t)(entry >> 32),
  };
}

static void catch_exceptions(void) {
  task.ist[GATE_IST - 1] = (uintptr_t)trap_stack_top;
  task.io_map = sizeof task;
  gdt[SELECTOR_TSS / DESCRIPTOR_BYTES] = descriptor((uintptr_t)&task, sizeof task - 1, ACCESS_TSS, 0);
  gdt[SELECTOR_TSS / DESCRIPTOR_BYTES + 1] = (uintptr_t)&task >> 32;
  __asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS) : "memory");
  for (unsigned i = 0; i < VECTOR_COUNT; i++) idt[i] = gate_to(exception_entry(i));
  struct table_pointer pointer = {sizeof idt - 1, (uintptr_t)idt};
  __asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
}

/* Called by start.S, on the trap stack. */
_Noreturn void board_trap(uintptr_t vector, uintptr_t error, uintptr_t pc) { report_exception(vector, error, pc); }

/* The thread control block of the psABI: its own address first ("Thread-Local Storage", variant II), and where
 * compilers look for the stack protector's canary, %fs:0x28. */
struct thread {
  uintptr_t self;
  uintptr_t reserved[4];
  uintptr_t canary;
};
_Static_assert(offsetof(struct thread, canary) == 0x28, "the canary's place");

void board_thread(uintptr_t pointer, uintptr_t canary) {
  struct thread *thread = (struct thread *)pointer;
  thread->self = pointer;
  thread->canary = canary;
  __asm__ volatile("wrmsr" : : "c"(IA32_FS_BASE), "a"((uint32_t)pointer), "d"((uint32_t)(pointer >> 32)) : "memory");
}

/* Called by start.S. */
_Noreturn void board_start(void) {
  open_serial();
  catch_exceptions();
  protect_image();
  enable_vectors();
  image_main();
}
