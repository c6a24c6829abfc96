/* Symbols that loaded modules get from this host, whatever else defines them: what only works with modules of the linker it comes from. */
#include <string.h>
#include "own.h"
#include "host.h"
#include "tls.h"

/* Few names begin like these: the others need no more than one look. */
const void *own_symbol(const char *name, size_t bytes) {
  (void)bytes;
  if (name[0] == '_' && name[1] == '_') {
    const void *own = tls_symbol(name);
    return own ? own : closing_symbol(name);
  }
#ifdef LW_SYSCALLS
  return NULL;
#else
  bool may_be = (name[0] == 'd' && name[1] == 'l') || (name[0] == '_' && name[1] == 'd' && name[2] == 'l') || (name[0] == 'b' && name[1] == 'a' && name[2] == 'c');
  return may_be && !&family_is_public ? family_named(name) : NULL;
#endif
}
