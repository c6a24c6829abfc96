/* Loads objects again and again on a machine that is emulated: whoever runs it counts the instructions. No library
 * is opened, so the linker that it is linked with is the one that does it.
 *
 *   steps ROUNDS SYMBOL TEXT FILE...     what SYMBOL answered to TEXT, and whether anything of it was left */
#include "peer.h"
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *opened(char **words, size_t count) {
  void *module = peer_open_objects(NULL, (const char *const *)words + 4, count, words[2]);
  if (!module) {
    fprintf(stderr, "%s is refused: %s\n", words[4], peer_error());
    exit(1);
  }
  return module;
}

/* Whether there is anything at an address: what may be run is not told rightly by every emulator. */
static bool is_there(uintptr_t address) {
  char line[4352];
  uintptr_t start, end;
  bool is = false;
  FILE *file = fopen("/proc/self/maps", "r");
  while (file && fgets(line, sizeof line, file)) {
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) == 2 && address - start < end - start) is = true;
  }
  if (file) fclose(file);
  return is;
}

int main(int count, char **words) {
  if (count < 5) return 2;
  peer_start(NULL);
  void *module = opened(words, (size_t)count - 4);
  uintptr_t address = (uintptr_t)peer_symbol(module, words[2], strlen(words[2]));
  uint64_t answer = address ? ((uint64_t(*)(const char *, size_t))address)(words[3], strlen(words[3])) : 0;
  peer_close(module);
  printf("{\"answer\": %u, \"left\": %d}\n", (unsigned)answer, is_there(address));
  for (int i = atoi(words[1]); i-- > 0;) peer_close(opened(words, (size_t)count - 4));
  return 0;
}
