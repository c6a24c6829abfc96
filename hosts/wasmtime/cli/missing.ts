import { Field, List as CoreList } from "../../../assembly/words";
import { NONE, lw_count, lw_entry } from "./core";
import { take } from "./heap";
import * as json from "./json";
import { List } from "./list";
import { sourceAt } from "./source";
import { nameAt } from "./target";
import { Text } from "./text";

/** What may be missing: Field.Type of an entry of List.Missing. */
export const enum Lacking { Symbol = 0, Library, Version }

/** A symbol that nobody defines, a library that nobody has, or a version that a library has not. */
@unmanaged
export class Lack {
  name: Text;
  kind: Lacking;
  /** Of a version: the library that should have it. */
  library: Text | null;
  /** The file that needs it. */
  file: Text | null;
}

/** Its kind, in a word. */
export function kindName(lack: Lack): string {
  if (lack.kind == Lacking.Version) return "version";
  return lack.kind == Lacking.Library ? "library" : "symbol";
}

/** The name of a file, if there is such a file. */
export function fileName(source: u32): Text | null {
  const found = sourceAt(source);
  return found ? found.name : null;
}

/** Adds what a session found nobody to have. */
export function readMissing(session: u32, list: List): void {
  const count = lw_count(session, CoreList.Missing);
  for (let i: u32 = 0; i < count; ++i) {
    const addr = lw_entry(session, CoreList.Missing, i, Field.Name);
    const name = nameAt(addr, <u32>lw_entry(session, CoreList.Missing, i, Field.NameBytes));
    const lack = changetype<Lack>(take(offsetof<Lack>()));
    lack.name = name;
    lack.kind = <Lacking>lw_entry(session, CoreList.Missing, i, Field.Type);
    const library = lw_entry(session, CoreList.Missing, i, Field.File);
    lack.library = library == NONE ? null : nameAt(library, <u32>lw_entry(session, CoreList.Missing, i, Field.FileBytes));
    lack.file = fileName(<u32>lw_entry(session, CoreList.Missing, i, Field.Source));
    list.add(changetype<usize>(lack));
  }
}

/** The names of missing symbols, or of libraries, each once, as an array. */
export function jsonNames(missing: List, kind: Lacking): void {
  json.beginArray();
  for (let i: u32 = 0; i < missing.count; ++i) {
    const lack = missing.at<Lack>(i);
    if (lack.kind == kind && !wasNamed(missing, i)) json.text(lack.name);
  }
  json.endArray();
}

function wasNamed(missing: List, index: u32): bool {
  const lack = missing.at<Lack>(index);
  for (let i: u32 = 0; i < index; ++i) {
    const other = missing.at<Lack>(i);
    if (other.kind == lack.kind && other.name.equals(lack.name)) return true;
  }
  return false;
}
