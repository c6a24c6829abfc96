// The two wasm modules and the shape of what they export. i64 crosses as a signed bigint; `unsigned` makes it an address again.

import { readFile } from "node:fs/promises";
import { LinkwrightError } from "./error.js";

/** What core.wasm exports: docs/abi.md. */
export interface Core {
  lw_open(limitBytes: number): number;
  lw_context(argc: bigint, argv: bigint, envp: bigint): number;
  lw_inspect(source: number): number;
  lw_region(context: number, region: number, prot: number, rules: number, name: bigint, nameBytes: number): number;
  lw_add(session: number, source: number): number;
  lw_load(context: number, source: number, flags: number): number;
  lw_load_image(context: number, image: number, flags: number): number;
  lw_unload(module: number): number;
  lw_advance(session: number): number;
  lw_result(session: number): number;
  lw_close(handle: number): number;
  lw_retain(module: number): number;
  lw_policy(context: number, policy: number): number;
  lw_find(handle: number, name: bigint, nameBytes: number, version: bigint, versionBytes: number): bigint;
  lw_next(module: number, name: bigint, nameBytes: number, version: bigint, versionBytes: number): bigint;
  lw_bind(module: number, slot: number, isLocked: number): bigint;
  lw_patch(module: number, name: bigint, nameBytes: number, addr: bigint): number;
  lw_symbol_at(context: number, addr: bigint): bigint;
  lw_at(context: number, addr: bigint): number;
  lw_lay(session: number, index: number, offset: bigint): number;
  lw_relocate(session: number, index: number, addr: bigint, bytes: bigint, dead: bigint): number;
  lw_placed(session: number, index: number, offset: bigint): bigint;
  lw_value(handle: number, field: number): bigint;
  lw_count(handle: number, list: number): number;
  lw_entry(handle: number, list: number, index: number, field: number): bigint;
}

/** What sandbox.wasm exports: the core's `memory` imports and the host's side of them (hosts/sandbox/index.ts). */
export interface Sandbox {
  memory: { readonly buffer: ArrayBuffer };
  place(
    session: number, addr: bigint, source: number, offset: bigint, fileBytes: bigint, memBytes: bigint, prot: number,
  ): number;
  reserve(bytes: bigint, alignLog2: number, source: number, exact: bigint, highest: bigint, region: number): bigint;
  release(addr: bigint, bytes: bigint): void;
  load8(addr: bigint): number;
  store8(addr: bigint, value: number): void;
  region(start: bigint, bytes: bigint): number;
  settle(pageBytes: number, base: bigint, end: bigint, limitBytes: bigint): number;
  page_bytes(): number;
  reserved_bytes(): bigint;
  reserved_start(): bigint;
  reserved_end(): bigint;
  stage(source: number, bytes: bigint): bigint;
  stage_at(source: number, bytes: bigint, addr: bigint): bigint;
  staged(source: number, offset: bigint, bytes: bigint): number;
  unstage(source: number): void;
  staged_bytes(): bigint;
  frame_bytes(): bigint;
  pointer(addr: bigint): number;
  writable_pointer(addr: bigint): number;
  run_bytes(addr: bigint, bytes: bigint): bigint;
  permissions(addr: bigint): number;
  violations(): number;
  violation_addr(): bigint;
  violation_access(): number;
}

/** The answer "there is no such thing", and "refused" where an address is asked for. */
export const NONE = 0xffff_ffff_ffff_ffffn;
/** The answer "not yet" where an address is asked for. */
export const PENDING = 0xffff_ffff_ffff_fffen;

/** The answer "it has no fixed offset from the thread pointer". */
export const NOWHERE = 1n << 63n;

/** An i64 that came out of wasm, as the u64 it means. */
export function unsigned(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

/** The folder of the build products; this file is build/js/hosts/node/wasm.js. */
export const BUILD = new URL("../../../", import.meta.url);

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** A wasm module of the build, compiled once a process. */
export function wasmModule(name: string): Promise<WebAssembly.Module> {
  let module = compiled.get(name);
  if (!module) {
    module = compile(name);
    compiled.set(name, module);
  }
  return module;
}

async function compile(name: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await readFile(new URL(`wasm/${name}.wasm`, BUILD)));
  } catch (cause) {
    throw new LinkwrightError("NotBuilt", `${name}.wasm can't be read; \`npm run build\` makes it`, { cause });
  }
}
