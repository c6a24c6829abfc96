/* dlopen and its family, for callers at an address: what a name means depends on who asks. As dlopen(3) and dlfcn.h have them. */
#pragma once
#include <dlfcn.h>
#include "../records.h"
#include "../tls.h"

#ifndef __GLIBC__
/* What C libraries without namespaces and versions do not declare. */
typedef long Lmid_t;
#define LM_ID_BASE 0
#define LM_ID_NEWLM (-1)
#define RTLD_DEEPBIND 8
enum { RTLD_DL_SYMENT = 1, RTLD_DL_LINKMAP };
enum { RTLD_DI_LMID = 1, RTLD_DI_SERINFO = 4, RTLD_DI_SERINFOSIZE, RTLD_DI_ORIGIN, RTLD_DI_TLS_MODID = 9, RTLD_DI_TLS_DATA };
typedef struct {
  char *dls_name;
  unsigned dls_flags;
} Dl_serpath;
typedef struct {
  size_t dls_size;
  unsigned dls_cnt;
  Dl_serpath dls_serpath[1];
} Dl_serinfo;
int dladdr1(const void *address, Dl_info *info, void **extra, int flags);
void *dlvsym(void *handle, const char *name, const char *version);
int dlinfo(void *handle, int request, void *answer);
#endif
#define RTLD_DI_HEADERS 11 /* RTLD_DI_PHDR of glibc 2.36 */

/* The namespace of whoever calls. */
#define LM_ID_CALLER (-2)

void *family_open(long space, const char *path, int mode, const void *caller);
int family_close(void *handle);
void *family_symbol(void *handle, const char *name, const char *version, const void *caller);
char *family_error(void);
int family_address(const void *address, Dl_info *info, void **extra, int flags);
/* The same of what we loaded, false of all else. What it tells is there until read_end(). */
bool family_own_address(const void *address, Dl_info *info, void **extra, int flags);
int family_info(void *handle, int request, void *answer);
char **family_names(void *const *addresses, int count);
void family_write_names(void *const *addresses, int count, int file);

/* ---- what its files share ---- */

/* The program, as a handle. */
void *family_program(void);
/* The core's context of the process, when all that the system's linker loaded is in it; 0 if it can't be. */
uint32_t family_process(void);
/* False if nothing was opened yet: then the system's own answers are right. */
bool family_has_begun(void);
/* What the system says of its last failure becomes what this thread is told; answers null. */
void *family_pass_error(void);
/* Tells where the caller's libraries are, for a search; with the lock held. */
void family_tell_paths(const struct record *record);
