// The core in a process of its own machine, compiled: relocations by kind, and lookups beside those of dlsym.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../support/files.js";
import { type Kinds, ownMachine } from "./kinds.js";
import { makeBench } from "./native/build.js";
import { ABSENT, type Effort, LOOKUPS, RELOCATIONS, type Row, THERE, compared, secondsOf, triesOf } from "./row.js";

const run = promisify(execFile);

/** What the program says of all tries. */
interface Said {
  readonly seconds: readonly number[];
  /** How many names were looked up, and found. */
  readonly count: number;
  readonly found: number;
}

/** Rows of relocations a second, and of lookups by name that say the address. */
export async function nativeRows(kinds: Kinds, effort: Effort): Promise<Row[]> {
  const program = join(ROOT, await makeBench(ownMachine(), effort.say));
  const tries = triesOf(effort);
  const ask = async (...args: readonly string[]): Promise<Said> => JSON.parse((await run(program, [...args, String(tries.length)])).stdout) as Said;
  const counted = ({ seconds }: Said) => secondsOf(seconds.filter((_, i) => tries[i]));
  const rows: Row[] = [];
  for (const { title, path, count } of kinds.files) {
    effort.say(`native: ${title}`);
    rows.push({ topic: RELOCATIONS, what: title, host: "native", count, seconds: counted(await ask("relocate", kinds.library, path)) });
  }
  for (const [what, user] of [[THERE, kinds.users], [ABSENT, kinds.strangers]] as const) {
    effort.say(`native: ${what}`);
    const look = async (linker: string, host: string): Promise<Row> => {
      const said = await ask("lookup", linker, kinds.library, user);
      if (said.found !== (what === THERE ? said.count : 0)) throw new Error(`${host} finds ${said.found} of ${said.count} names`);
      return { topic: LOOKUPS, what, host, count: said.count, seconds: counted(said) };
    };
    rows.push(...compared(await look("ours", "native"), await look("system", "dlsym")));
  }
  return rows;
}
