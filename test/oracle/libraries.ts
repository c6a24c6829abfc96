// Real libraries of this system: those of the packages that scripts/setup installs, or that those need.

import { spawnSync } from "node:child_process";

const NAMES = [
  "libz.so.1", "libzstd.so.1", "liblzma.so.5", "libbz2.so.1.0", "libexpat.so.1", "libffi.so.8", "libxml2.so.2", "libtinfo.so.6", "libedit.so.2",
  "libbsd.so.0", "libmd.so.0", "libglib-2.0.so.0", "libpcre2-8.so.0", "libpixman-1.so.0", "libfdt.so.1", "libpng16.so.16", "libjpeg.so.62",
  "libcrypto.so.3", "libsqlite3.so.0", "libgmp.so.10", "libnettle.so.8", "libm.so.6", "libc.so.6", "libgcc_s.so.1", "libstdc++.so.6",
];

function paths(): Map<string, string> {
  const env = { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` };
  const { stdout } = spawnSync("ldconfig", ["-p"], { encoding: "utf8", env });
  const found = new Map<string, string>();
  for (const [, name, path] of (stdout ?? "").matchAll(/^\s+(\S+) \(.*\) => (\S+)$/gm)) {
    if (NAMES.includes(name!) && !found.has(name!)) found.set(name!, path!);
  }
  return found;
}

/** Their paths by name, as far as they are here. */
export const LIBRARIES: ReadonlyMap<string, string> = paths();
