// Paths that are no library: each is refused with its reason, and leaves the process as it was.
// lib: good.so -DGOOD
// lib: secret.so -DGOOD
// file: text.so This is no ELF file, but it is longer than the header of one would be: sixty-four bytes are needed for that.
#include "case.h"
#ifdef GOOD
EXPORT int good(void) { return 17; }
#else
#include <sched.h>
#include <sys/mount.h>

static struct state before;

/** Refused with a code and a reason, by path and by number. */
static void refused(const char *path, int code, const char *reason) {
  lw_module module = 99;
  state(&before);
  FAILS(lw_open(LW_PROCESS, path, 0, &module), code, reason);
  SAME(&before);
  int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file >= 0) {
    state(&before);
    FAILS(lw_open_fd(LW_PROCESS, file, path, 0, &module), code, reason);
    SAME(&before);
    CHECK(close(file) == 0); // it is still the caller's
  }
  CHECK(module == 99);
}

static void without_rights(void) {
  if (getuid() == 0 && (setgid(65534) || setuid(65534))) CHECK(0);
  refused("./secret.so", LW_CODE_VIEW_REFUSED, "secret.so: cannot open shared object file: Permission denied");
  refused("./locked/good.so", LW_CODE_VIEW_REFUSED, "Permission denied");
}

static void on_noexec(void) {
  if (unshare(CLONE_NEWNS) || mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) || mount("none", "noexec", "tmpfs", MS_NOEXEC, 0)) {
    fprintf(stderr, "skipped: a file system that is noexec: %s\n", strerror(errno));
    return;
  }
  CHECK(system("cp good.so noexec/") == 0);
  refused("./noexec/good.so", LW_CODE_PLACE_REFUSED, "noexec/good.so");
}

static void with_few_files(void) {
  struct rlimit { unsigned long now, most; } none = {0, 0};
  extern int setrlimit(int, const struct rlimit *);
  FILE *maps = fopen("/proc/self/maps", "r");
  if (maps) fclose(maps);
  CHECK(setrlimit(7 /* RLIMIT_NOFILE */, &none) == 0);
  lw_module module = 99;
  FAILS(lw_open(LW_PROCESS, "./good.so", 0, &module), LW_CODE_VIEW_REFUSED, "Too many open files");
  CHECK(module == 99);
}

int main(void) {
  CHECK(lw_close(LOAD("./good.so", 0)) == LW_OK); // whatever is made once is there
  CHECK(mkdir("folder.so", 0755) == 0 && mkfifo("fifo.so", 0644) == 0 && mkdir("noexec", 0755) == 0 && mkdir("locked", 0) == 0);
  CHECK(symlink("nowhere.so", "dangling.so") == 0 && symlink("ring.so", "ring.so") == 0);
  CHECK(close(open("empty.so", O_CREAT | O_WRONLY, 0644)) == 0 && chmod("secret.so", 0) == 0);
  refused("./missing.so", LW_CODE_VIEW_REFUSED, "./missing.so: cannot open shared object file: No such file or directory");
  refused("libmissing.so.0", LW_CODE_VIEW_REFUSED, "libmissing.so.0: cannot open shared object file: No such file or directory");
  refused("", LW_CODE_VIEW_REFUSED, "No such file or directory");
  refused("./good.so/inside", LW_CODE_VIEW_REFUSED, "Not a directory");
  refused("./dangling.so", LW_CODE_VIEW_REFUSED, "No such file or directory");
  refused("./ring.so", LW_CODE_VIEW_REFUSED, "Too many levels of symbolic links");
  refused("./folder.so", LW_CODE_VIEW_REFUSED, "Is a directory");
  refused("./fifo.so", LW_CODE_VIEW_REFUSED, "No such device");
  refused("/dev/null", LW_CODE_VIEW_REFUSED, "No such device");
  refused("/dev/zero", LW_CODE_VIEW_REFUSED, "No such device");
  refused("./empty.so", LW_CODE_TRUNCATED, "empty.so");
  refused("./text.so", LW_CODE_BAD_MAGIC, "text.so");
  char longest[8192];
  memset(longest, 'a', sizeof longest);
  longest[0] = '/', longest[sizeof longest - 1] = 0;
  refused(longest, LW_CODE_VIEW_REFUSED, "File name too long");
  refused(longest + 1, LW_CODE_VIEW_REFUSED, "File name too long");
  CHECK(child(without_rights) == 0);
  CHECK(child(on_noexec) == 0);
  CHECK(child(with_few_files) == 0);
  CHECK(lw_close(LOAD("./good.so", 0)) == LW_OK);
  return verdict();
}
#endif
