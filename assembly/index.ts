// What the core exports, and nothing else. docs/abi.md

export { lw_open, lw_context, lw_inspect, lw_load, lw_load_image, lw_unload, lw_advance, lw_result, lw_close, lw_retain } from "./abi/sessions";
export { lw_find, lw_at } from "./abi/find";
export { lw_value } from "./abi/value";
export { lw_count, lw_entry } from "./abi/list";
