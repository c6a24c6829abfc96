/* A plugin of QEMU that counts instructions, and says at the end how many there were. Debian has no header of QEMU's plugins: what is called is
 * declared here. https://www.qemu.org/docs/master/devel/tcg-plugins.html */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint64_t Id;
struct tb;

size_t qemu_plugin_tb_n_insns(const struct tb *tb);
void qemu_plugin_register_vcpu_tb_trans_cb(Id id, void (*translated)(Id id, struct tb *tb));
void qemu_plugin_register_vcpu_tb_exec_inline(struct tb *tb, int operation, void *counter, uint64_t more);
void qemu_plugin_register_atexit_cb(Id id, void (*ended)(Id id, void *data), void *data);
int qemu_plugin_install(Id id, const void *info, int count, char **words);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static uint64_t instructions;

/* Blocks are counted as they begin: none of the programs here leaves one amid. */
static void translated(Id id, struct tb *tb) {
  (void)id;
  qemu_plugin_register_vcpu_tb_exec_inline(tb, 0, &instructions, qemu_plugin_tb_n_insns(tb));
}

static void ended(Id id, void *data) {
  (void)id, (void)data;
  fprintf(stderr, "instructions: %" PRIu64 "\n", instructions);
}

__attribute__((visibility("default"))) int qemu_plugin_install(Id id, const void *info, int count, char **words) {
  (void)info, (void)count, (void)words;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, ended, NULL);
  return 0;
}
