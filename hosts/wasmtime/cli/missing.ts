import { Field, List as CoreList } from "../../../assembly/words";
import { lw_count, lw_entry } from "./core";
import { take } from "./heap";
import * as json from "./json";
import { List } from "./list";
import { sourceAt } from "./source";
import { nameAt } from "./target";
import { Text } from "./text";

/** A symbol that nobody defines, or a library that nobody has. */
@unmanaged
export class Lack {
  name: Text;
  isLibrary: bool;
  /** The file that needs it. */
  file: Text | null;
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
    lack.isLibrary = lw_entry(session, CoreList.Missing, i, Field.Type) == 1;
    lack.file = fileName(<u32>lw_entry(session, CoreList.Missing, i, Field.Source));
    list.add(changetype<usize>(lack));
  }
}

/** The names of missing symbols, or of libraries, each once, as an array. */
export function jsonNames(missing: List, areLibraries: bool): void {
  json.beginArray();
  for (let i: u32 = 0; i < missing.count; ++i) {
    const lack = missing.at<Lack>(i);
    if (lack.isLibrary == areLibraries && !wasNamed(missing, i)) json.text(lack.name);
  }
  json.endArray();
}

function wasNamed(missing: List, index: u32): bool {
  const lack = missing.at<Lack>(index);
  for (let i: u32 = 0; i < index; ++i) {
    const other = missing.at<Lack>(i);
    if (other.isLibrary == lack.isLibrary && other.name.equals(lack.name)) return true;
  }
  return false;
}
