// Real libraries: what this system has.

import { existsSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
/** Libraries of every Debian with node, python or llvm: small and large, with versions, thread-local storage and resolvers. */
const NAMES = ["libz.so.1", "libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libcrypto.so.3", "libssl.so.3", "libexpat.so.1", "libffi.so.8", "libsqlite3.so.0", "libbz2.so.1.0", "liblzma.so.5", "libzstd.so.1", "libtinfo.so.6", "libedit.so.2"];

/** Paths of the system's libraries that are there. */
export function systemLibraries(): string[] {
  return NAMES.flatMap((name) => FOLDERS.map((folder) => join(folder, name)).filter(existsSync).slice(0, 1));
}
