// The answer of link for people.

import { Field, List as CoreList } from "../../../../assembly/words";
import { ERR, OUT } from "../console";
import { NONE, lw_count, lw_value } from "../core";
import { size } from "../image";
import { Lack, kindName } from "../missing";
import { newTable } from "../table";
import { reservedEnd, reservedStart } from "../target";
import { Text } from "../text";
import { missing, moduleSource, modules } from "./loading";
import { resolverAt } from "./resolvers";

/** Writes it; what is missing goes to stderr. */
export function writeText(out: Text): void {
  size(OUT.printable(out).words(": "), reservedEnd() - reservedStart()).words(" from ").hex(reservedStart()).words(" on\n");
  const table = newTable(4, 0b1110).words("module").words("base").words("bias").words("bytes");
  let resolvers: u32 = 0;
  for (let i: u32 = 0; i < modules.count; ++i) {
    const module = modules.at<u32>(i);
    table.text(moduleSource(module).name).hex(lw_value(module, Field.Base)).hex(lw_value(module, Field.Bias))
      .decimal(lw_value(module, Field.Bytes));
    const count = lw_count(module, CoreList.Relocation);
    for (let k: u32 = 0; k < count; ++k) if (resolverAt(module, k) != NONE) ++resolvers;
  }
  table.write();
  for (let i: u32 = 0; i < missing.count; ++i) {
    const lack = missing.at<Lack>(i);
    ERR.words("missing ").words(kindName(lack)).words(": ").printable(lack.name);
    if (lack.file) ERR.words(" (").printable(lack.file!).words(" needs it)");
    ERR.byte(0x0a);
  }
  if (resolvers) ERR.decimal(resolvers).words(" places hold the address of a resolver (IFUNC)\n");
}
