// Brings the files of a corpus into a folder.

import { closeSync, existsSync, openSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { unpackNpm } from "../../scripts/npm.js";
import { type Package, packageFiles, unpackTo } from "../../scripts/packages.js";
import { type Corpus, RUNTIME } from "./list.js";
import { librariesOf, sourceLibraries } from "./sources.js";

/** Files, and the folders where the libraries are that they need. */
export interface Gathered {
  readonly files: readonly string[];
  readonly search: readonly string[];
}

/** The names of a corpus's packages, or of its libraries that are built from source. */
export function namesOf({ debian, npm = [], fromSource }: Corpus): string[] {
  return [...(debian?.packages ?? []), ...npm.map(({ name }) => name), ...(fromSource ? sourceLibraries : [])];
}

/** What a corpus has of Debian's; whatever is chosen, the runtime is. */
function packagesOf({ debian }: Corpus, chosen: ReadonlySet<string>): Package[] {
  if (!debian) return [];
  const { architecture, suite } = debian;
  const names = debian.packages.filter((name) => chosen.has(name) || RUNTIME.includes(name));
  return names.map((name) => ({ name, architecture, ...(suite === undefined ? {} : { suite }) }));
}

/** Fetches what was chosen of Debian's packages, all of a release together, so that its lists are read once. */
export function fetchAll(corpora: readonly Corpus[], chosen: (corpus: Corpus) => ReadonlySet<string>, say: (line: string) => void): void {
  packageFiles(corpora.flatMap((corpus) => packagesOf(corpus, chosen(corpus))), say);
}

/** Whether it says that it is a shared object: its magic, and e_type ET_DYN. */
function isShared(path: string): boolean {
  const header = Buffer.alloc(20);
  const file = openSync(path, "r");
  try {
    return readSync(file, header) === header.length && header.readUInt32BE(0) === 0x7f454c46 && header.readUInt16LE(16) === 3;
  } finally {
    closeSync(file);
  }
}

/** The shared objects in a folder; links to them are not files of their own. */
export function sharedIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile() && /\.(so|node)(\.|$)/.test(one.name));
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).filter((path) => !path.includes("/gconv/") && isShared(path));
  if (!paths.length) throw new Error(`no shared object is in ${folder}`);
  return paths.sort();
}

/**
 * Fetches and unpacks what was chosen of a corpus, or builds it.
 *
 * @param chosen  names of packages
 * @param folder  where it goes
 * @param say  told what happens, in a line each
 * @throws FetchFailed, StepFailed, and an Error for a package without a shared object
 */
export async function gather(corpus: Corpus, chosen: ReadonlySet<string>, folder: string, say: (line: string) => void): Promise<Gathered> {
  const { debian, npm = [], fromSource } = corpus;
  const packages = packagesOf(corpus, chosen);
  const unpacked = packageFiles(packages, say).map((file, i) => {
    const own = join(folder, packages[i]!.name);
    unpackTo(own, file);
    return { name: packages[i]!.name, own };
  });
  const search = unpacked.flatMap(({ own }) => ["lib", "lib64", `lib/${debian!.triplet}`, "usr/lib", `usr/lib/${debian!.triplet}`].map((path) => join(own, path)));
  const files = unpacked.filter(({ name }) => chosen.has(name)).flatMap(({ own }) => sharedIn(own));
  for (const one of npm.filter(({ name }) => chosen.has(name))) {
    const own = join(folder, one.name);
    unpackNpm(one, own, say);
    files.push(...sharedIn(own));
  }
  if (fromSource) {
    const built = await librariesOf(corpus.machine, chosen, say);
    files.push(...built.files);
    search.push(...built.search);
  }
  return { files, search: search.filter((path) => existsSync(path)) };
}
