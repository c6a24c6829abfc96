// Linkwright for Node: load, link and inspect ELF files for any machine, in a target memory of their own.

export { Linkwright } from "./linkwright.js";
export type { InspectOptions, LinkwrightOptions, Usage } from "./linkwright.js";
export { Context } from "./context.js";
export type { ContextOptions, LoadOptions, Place } from "./context.js";
export type { Definition, DefinitionLike, Defines } from "./define.js";
export type { SymbolOptions } from "./linker.js";
export { Image } from "./image.js";
export { Module } from "./module.js";
export type { ModuleBinding, ModuleRelocation, ModuleSegment, ModuleTls, ModuleVersion } from "./module.js";
export type { ModuleSymbol, SymbolQuery } from "./symbol.js";
export type { ModuleRegion, RegionOptions } from "./region.js";
export type { ModuleSection } from "./section.js";
export type { Count, Linked } from "./tally.js";
export { type KernelExport, type KernelFile, type KernelImport, type KernelModule, checksumsOf, isSigned, kernelModuleOf, mismatches } from "./kernelmodule.js";
export type { Segment } from "./segment.js";
export type { AsyncSource, SourceLike } from "./source.js";
export type { Found, Search, SearchFunction, SearchOptions } from "./search.js";
export type { Call, Listener } from "./runtime.js";
export type { Awaitable, Interception, Reference } from "./work.js";
export type { Fault, FaultLines, Missing } from "./fault.js";
export { faultLines } from "./fault.js";
export {
  FaultError, FileError, HostError, LimitError, LinkError, LinkwrightError, MisuseError, OptionError, RelocationError, RunError,
  SourceError, UnsupportedError,
} from "./error.js";
export { FAULTS, type FaultWords } from "./faults.js";
export { Code, Event, Kept, Level, PF, Stage, What } from "../../assembly/words.js";
