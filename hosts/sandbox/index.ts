// Target memory as a wasm module of its own: what the core imports as `memory`, under exactly those names, and what a host needs
// to manage it. Sparse pages over all 64 bits of address; every access is checked, and one that is refused is counted.

// memory
export { page_bytes, region, reserve, release, place, protect, sync_code } from "./memory";
export { load8, load16, load32, load64, store8, store16, store32, store64, copy, fill } from "./access";

// for the host
export { settle, reserved_bytes, reserved_start, reserved_end } from "./memory";
export { stage, stageAt as stage_at, staged, stagedAddr as staged_addr, unstage, staged_bytes } from "./stage";
export { pointer, writable_pointer, run_bytes, permissions } from "./bulk";
export { violations, violation_addr, violation_access } from "./violation";
export { frameBytes as frame_bytes } from "./frame";
