// inspect FILE: all that a file says of itself, and which hosts would load it.

import { basename } from "node:path";
import type { Command } from "../command.js";
import { Code } from "../../../assembly/words.js";
import { FaultError } from "../error.js";
import { SEARCH } from "../files.js";
import { Linkwright } from "../linkwright.js";
import { isObject } from "../objects.js";
import { isBuiltIn } from "../qemu/machine.js";
import { findIn } from "../search.js";
import { readModule } from "../source.js";
import { sayJson } from "../terminal.js";
import type { Trial } from "../verdict.js";
import { libraryFactsOf, plain, showLibrary } from "./inspectlibrary.js";
import { objectFactsOf, showObject } from "./inspectobject.js";

/** Stands for the functions of a host that TLS descriptors lead to. */
const ANYWHERE = 0x7000_0000n;

/** Loads the file into a target of its own, with what the named folders have; with text relocations, if it does not go without. */
async function trialOf(name: string, bytes: Uint8Array, folders: readonly string[], pageBytes: number, allowText = false): Promise<Trial> {
  using linkwright = await Linkwright.create({ pageBytes });
  // The libraries that come with a system are not for a host without one.
  const search = (library: string): string | undefined => (isBuiltIn(library) ? undefined : findIn(folders, library));
  const defines = { lw_tls_static: ANYWHERE, lw_tls_dynamic: ANYWHERE, lw_tls_absent: ANYWHERE };
  try {
    const module = await linkwright.context({ search, defines }).load(bytes, { name, allowMissing: true, allowText });
    return { fault: undefined, missing: module.missing, hasTextRelocations: allowText };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    if (error.fault.number === Code.TextRelocation && !allowText) return trialOf(name, bytes, folders, pageBytes, true);
    return { fault: error, missing: error.missing, hasTextRelocations: allowText };
  }
}

export const inspect: Command = {
  name: "inspect",
  usage: "FILE",
  summary: "shows headers, segments, needs, exports, versions, TLS, relocations, and which hosts would load the file",
  details: ["A library that is not in a --search folder is a condition of the verdicts, not a refusal."],
  options: { search: SEARCH },
  files: { least: 1, most: 1, what: "FILE" },
  async run(args) {
    const file = args.files[0]!;
    const bytes = await readModule(file); // read once: it may be a pipe, or change
    const tryWith = (pageBytes: number): Promise<Trial> => trialOf(basename(file), bytes, args.all("search"), pageBytes);
    if (isObject(bytes)) {
      const facts = await objectFactsOf(file, bytes, tryWith);
      if (args.has("json")) sayJson(facts);
      else showObject(facts);
    } else {
      const facts = await libraryFactsOf(file, bytes, tryWith);
      if (args.has("json")) sayJson(plain(facts));
      else showLibrary(facts);
    }
    return 0;
  },
};
