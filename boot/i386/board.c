/* The PC of 32 bits. Ring 0 stays on its stack when it takes an exception by an interrupt gate, which is of no use
 * when that stack has overflowed: so every exception is a task gate, to a task of its own on the trap stack. The
 * interrupted state is then in the main task's TSS. The thread pointer is a segment: GS. */
#include "x86_board.inc"

/* SDM 3A Figure 7-2 "32-Bit Task-State Segment (TSS)" */
struct task {
  uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
  uint32_t es, cs, ss, ds, fs, gs, ldt;
  uint16_t trap, io_map;
};
_Static_assert(sizeof(struct task) == 104, "SDM 3A Figure 7-2");

enum { EFLAGS_ALWAYS = 1 << 1 }; /* SDM 1 Figure 3-8: bit 1 reads as 1 */

/* After SELECTOR_CODE and SELECTOR_DATA */
enum {
  GDT_THREAD = 3,
  GDT_MAIN_TASK,
  GDT_TRAP_TASKS,
  GDT_COUNT = GDT_TRAP_TASKS + VECTOR_COUNT
};

enum {
  FLAGS_FLAT = 0xc, /* SDM 3A 3.4.5: G, D/B: 32 bits, the limit counts pages */
  LIMIT_FLAT = 0xfffff
};

/* SDM 3A Figure 7-6 "Task-Gate Descriptor": P, DPL 0, type 5 */
static const uint64_t GATE_TASK = (uint64_t)0x85 << 40;

static struct task main_task, trap_tasks[VECTOR_COUNT];
static uint64_t idt[VECTOR_COUNT];

/* start.S loads it; what needs addresses is added by board_start. */
uint64_t gdt[GDT_COUNT] = {
  0,
  0x00cf9b000000ffff, /* SELECTOR_CODE: flat, P, DPL 0, execute/read */
  0x00cf93000000ffff, /* SELECTOR_DATA: flat, P, DPL 0, read/write */
};
const struct table_pointer gdt_pointer = {sizeof gdt - 1, (uintptr_t)gdt};

static uint64_t task_descriptor(const struct task *task) {
  return descriptor((uintptr_t)task, sizeof *task - 1, ACCESS_TSS, 0);
}

static void prepare_trap_task(struct task *task, uintptr_t entry) {
  extern char page_directory_pointers[];
  task->cr3 = (uintptr_t)page_directory_pointers;
  task->eip = entry;
  task->eflags = EFLAGS_ALWAYS;
  task->esp = (uintptr_t)trap_stack_top;
  task->cs = SELECTOR_CODE;
  task->ss = task->ds = task->es = task->fs = task->gs = SELECTOR_DATA;
  task->io_map = sizeof *task;
}

static void catch_exceptions(void) {
  gdt[GDT_MAIN_TASK] = task_descriptor(&main_task);
  for (unsigned i = 0; i < VECTOR_COUNT; i++) {
    prepare_trap_task(&trap_tasks[i], exception_entry(i));
    gdt[GDT_TRAP_TASKS + i] = task_descriptor(&trap_tasks[i]);
    idt[i] = GATE_TASK | (uint64_t)((GDT_TRAP_TASKS + i) * DESCRIPTOR_BYTES) << 16;
  }
  __asm__ volatile("ltr %w0" : : "r"(GDT_MAIN_TASK * DESCRIPTOR_BYTES) : "memory");
  struct table_pointer pointer = {sizeof idt - 1, (uintptr_t)idt};
  __asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
}

/* Called by start.S, on the trap stack. */
_Noreturn void board_exception(uintptr_t vector, uintptr_t error) { report_exception(vector, error, main_task.eip); }

/* The thread control block: its own address first (psABI "Thread-Local Storage", variant II), and where compilers
 * look for the stack protector's canary, %gs:0x14. */
struct thread {
  uintptr_t self;
  uintptr_t reserved[4];
  uintptr_t canary;
};
_Static_assert(offsetof(struct thread, canary) == 0x14, "the canary's place");

/* Flat but for its base: thread-local variables are at negative offsets, which wrap around. */
void board_thread(uintptr_t pointer, uintptr_t canary) {
  struct thread *thread = (struct thread *)pointer;
  thread->self = pointer;
  thread->canary = canary;
  gdt[GDT_THREAD] = descriptor(pointer, LIMIT_FLAT, ACCESS_DATA, FLAGS_FLAT);
  __asm__ volatile("mov %w0, %%gs" : : "r"(GDT_THREAD * DESCRIPTOR_BYTES) : "memory");
}

/* Called by start.S. */
_Noreturn void board_start(void) {
  open_serial();
  catch_exceptions();
  protect_image();
  enable_vectors();
  image_main();
}
