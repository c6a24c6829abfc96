// The answer of link in JSON: what every host says.

import { Field, List as CoreList } from "../../../../assembly/words";
import { NONE, lw_count, lw_entry, lw_value } from "../core";
import { hexField, numberField, textField } from "../fields";
import * as json from "../json";
import { Lacking, jsonNames } from "../missing";
import { reservedEnd, reservedStart, wordAt } from "../target";
import { missing, moduleSource, modules } from "./loading";
import { writeSections } from "./sections";
import { resolverAt } from "./resolvers";

/** Writes it. */
export function writeJson(): void {
  json.beginObject();
  json.key("image");
  json.beginObject();
  hexField("start", reservedStart());
  numberField("bytes", reservedEnd() - reservedStart());
  json.endObject();
  json.key("modules");
  json.beginArray();
  for (let i: u32 = 0; i < modules.count; ++i) writeModule(modules.at<u32>(i));
  json.endArray();
  json.key("missing");
  jsonNames(missing, Lacking.Symbol);
  json.key("missingLibraries");
  jsonNames(missing, Lacking.Library);
  json.key("resolvers");
  json.beginArray();
  for (let i: u32 = 0; i < modules.count; ++i) writeResolvers(modules.at<u32>(i));
  json.endArray();
  json.endObject();
}

function writeModule(module: u32): void {
  const source = moduleSource(module);
  json.beginObject();
  textField("name", source.name);
  hexField("bias", lw_value(module, Field.Bias));
  hexField("base", lw_value(module, Field.Base));
  numberField("bytes", lw_value(module, Field.Bytes));
  textField("path", source.path);
  writeSections(module);
  json.endObject();
}

function writeResolvers(module: u32): void {
  const count = lw_count(module, CoreList.Relocation);
  for (let i: u32 = 0; i < count; ++i) {
    const addr = resolverAt(module, i);
    if (addr == NONE) continue;
    json.beginObject();
    textField("module", moduleSource(module).name);
    hexField("address", addr);
    hexField("vaddr", lw_entry(module, CoreList.Relocation, i, Field.Vaddr));
    hexField("value", wordAt(addr, lw_value(module, Field.Class) == 64));
    json.endObject();
  }
}
