// What clang needs to watch threads: the sanitizers' own library, which Debian has in a package apart, kept unpacked in the cache.
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { packageFiles, unpackTo } from "../../scripts/packages.js";
import { unpacked } from "../../scripts/toolchains.js";

const CLANG = "clang-19";
const RESOURCES = "usr/lib/llvm-19/lib/clang/19";

/** Flags of clang-19 for compiling and linking. */
export function watching(): readonly string[] {
  const own = spawnSync(CLANG, ["-print-resource-dir"], { encoding: "utf8" }).stdout.trim();
  const version = spawnSync("dpkg-query", ["-W", "-f", "${Version}", CLANG], { encoding: "utf8" }).stdout.trim();
  const folder = unpacked(`sanitizers-${version.replaceAll(/[^\w.-]/g, "_")}`, (into) => {
    const whole = join(into, "package"), resources = join(into, "resources");
    const architecture = spawnSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).stdout.trim();
    unpackTo(whole, packageFiles([{ name: "libclang-rt-19-dev", architecture }], () => undefined)[0]!);
    mkdirSync(resources, { recursive: true });
    symlinkSync(join(own, "include"), join(resources, "include"));
    symlinkSync(join("..", "package", RESOURCES, "lib"), join(resources, "lib"));
    symlinkSync(join("..", "package", RESOURCES, "share"), join(resources, "share"));
    rmSync(join(whole, "usr/share/doc"), { recursive: true, force: true });
  });
  return ["-fsanitize=thread", "-resource-dir", join(folder, "resources")];
}
