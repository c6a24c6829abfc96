// What the core exports, and nothing else. docs/abi.md

export { lw_open, lw_context, lw_inspect, lw_load, lw_load_image, lw_add, lw_unload, lw_advance, lw_result, lw_close, lw_retain, lw_policy, lw_region, lw_patch, lw_reclaim } from "./abi/sessions";
export { lw_find, lw_locate, lw_next, lw_at, lw_symbol_at } from "./abi/find";
export { lw_bind } from "./abi/bind";
export { lw_lay, lw_relocate, lw_placed } from "./abi/debug";
export { lw_value } from "./abi/value";
export { lw_count, lw_entry } from "./abi/list";
