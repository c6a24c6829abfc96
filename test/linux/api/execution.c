// Where the system lets nobody run what could be written to (seccomp as systemd's MemoryDenyWriteExecute has it), small and large files load all the same, whether that began before the first load or behind it.
// lib: small.so -DBYTES=16
// lib: large.so -DBYTES=131072
#include "case.h"
#ifdef BYTES
EXPORT const char constant[BYTES] = {2};
EXPORT int answer(void) { return 42; }
#else
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static void forbid(void) {
  struct sock_filter steps[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 3),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof steps / sizeof *steps, steps};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

static void loads(const char *library, bool is_named) {
  lw_module module = LOAD(library, 0);
  CHECK(SYMBOL_OF(int (*)(void), module, "answer")() == 42 && (mappings(library + 1) > 0) == is_named);
  CHECK(lw_close(module) == LW_OK);
}

static int in_child(bool is_behind) {
  pid_t child = fork();
  if (child == 0) {
    if (is_behind) loads("./small.so", false);
    forbid();
    for (int i = 0; i < 2; i++) {
      loads("./small.so", true);
      loads("./large.so", true);
    }
    exit(verdict());
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

int main(void) {
  CHECK(in_child(false) == 0);
  CHECK(in_child(true) == 0);
  // Nobody forbids anything: what is small is copied, and mapped if that is wanted.
  loads("./small.so", false);
  lw_module module = LOAD("./small.so", LW_MAPPED);
  CHECK(mappings("/small.so") > 0 && lw_close(module) == LW_OK && mappings("/small.so") == 0);
  return verdict();
}
#endif
