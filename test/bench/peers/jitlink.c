/* LLVM's JITLink, by the C API of its ORC: objects only. Debian's package of the library brings no headers, so what is called is declared here. */
#include "peer.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Error *Error;
typedef struct Jit *Jit;
typedef struct Library *Library;
typedef struct Tracker *Tracker;
typedef struct Buffer *Buffer;

Error LLVMOrcCreateLLJIT(Jit *jit, void *builder);
Library LLVMOrcLLJITGetMainJITDylib(Jit jit);
Tracker LLVMOrcJITDylibCreateResourceTracker(Library library);
Error LLVMOrcLLJITAddObjectFileWithRT(Jit jit, Tracker tracker, Buffer buffer);
Error LLVMOrcLLJITLookup(Jit jit, uint64_t *address, const char *name);
Error LLVMOrcResourceTrackerRemove(Tracker tracker);
void LLVMOrcReleaseResourceTracker(Tracker tracker);
int LLVMCreateMemoryBufferWithContentsOfFile(const char *path, Buffer *buffer, char **message);
char *LLVMGetErrorMessage(Error error);
#if defined __x86_64__
#define TARGET(what) LLVMInitializeX86##what
#elif defined __aarch64__
#define TARGET(what) LLVMInitializeAArch64##what
#endif
void TARGET(TargetInfo)(void);
void TARGET(Target)(void);
void TARGET(TargetMC)(void);

static Jit jit;
static char text[512];

static _Bool failed(Error error) {
  if (error) snprintf(text, sizeof text, "%s", LLVMGetErrorMessage(error));
  return error != NULL;
}

/* For Linux on this machine, ORC links by JITLink, and finds what objects lack in the process. */
void peer_start(const char *file) {
  (void)file;
  TARGET(TargetInfo)();
  TARGET(Target)();
  TARGET(TargetMC)();
  if (failed(LLVMOrcCreateLLJIT(&jit, NULL))) abort();
}

void *peer_open(const char *path, bool is_global) {
  (void)path, (void)is_global;
  snprintf(text, sizeof text, "it loads objects only");
  return NULL;
}

/* It links what is asked for, and what that needs. */
void *peer_open_objects(const char *library, const char *const *paths, size_t count, const char *symbol) {
  (void)library;
  Tracker tracker = LLVMOrcJITDylibCreateResourceTracker(LLVMOrcLLJITGetMainJITDylib(jit));
  for (size_t i = 0; i < count; ++i) {
    Buffer buffer;
    char *message;
    if (LLVMCreateMemoryBufferWithContentsOfFile(paths[i], &buffer, &message)) {
      snprintf(text, sizeof text, "%s", message);
      return NULL;
    }
    if (failed(LLVMOrcLLJITAddObjectFileWithRT(jit, tracker, buffer))) return NULL;
  }
  uint64_t address;
  return failed(LLVMOrcLLJITLookup(jit, &address, symbol)) ? NULL : tracker;
}

void *peer_symbol(void *module, const char *name, size_t bytes) {
  (void)module, (void)bytes;
  uint64_t address;
  return failed(LLVMOrcLLJITLookup(jit, &address, name)) ? NULL : (void *)(uintptr_t)address;
}

void peer_close(void *module) {
  if (failed(LLVMOrcResourceTrackerRemove(module))) abort();
  LLVMOrcReleaseResourceTracker(module);
}

const char *peer_error(void) { return text; }
