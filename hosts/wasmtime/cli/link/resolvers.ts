import { Field, List as CoreList } from "../../../../assembly/words";
import { isResolver } from "../../../../build/wasmtime/words";
import { NONE, lw_entry, lw_value } from "../core";

/** The place of a relocation that is for an IFUNC resolver to decide; NONE for any other. */
export function resolverAt(module: u32, index: u32): u64 {
  const vaddr = lw_entry(module, CoreList.Relocation, index, Field.Vaddr);
  const type = <u32>lw_entry(module, CoreList.Relocation, index, Field.Type);
  if (vaddr == NONE || !isResolver(<u32>lw_value(module, Field.Machine), type)) return NONE;
  const addr = vaddr + lw_value(module, Field.Bias);
  return lw_value(module, Field.Class) == 32 ? addr & 0xffffffff : addr;
}
