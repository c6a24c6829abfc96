import { EM } from "../elf/header";
import { AARCH64, AARCH64_HOWTOS } from "./aarch64";
import { Arch } from "./arch";
import { ARM, ARM_HOWTOS } from "./arm";
import { Howtos } from "./howto";
import { I386, I386_HOWTOS } from "./i386";
import { LOONGARCH64, LOONGARCH64_HOWTOS } from "./loongarch";
import { RISCV32, RISCV32_HOWTOS, RISCV64, RISCV64_HOWTOS } from "./riscv";
import { X86_64, X86_64_HOWTOS } from "./x86_64";

/** False only in a core that was built for one other machine (`asc --use LW_MACHINE=... --use LW_CLASS=...`). */
@inline function serves(machine: u32, bits: u32): bool {
  if (isDefined(LW_MACHINE)) return LW_MACHINE == machine && LW_CLASS == bits;
  else return true;
}

/** The only place in the core that asks which machine this is, with howtosOf; null for one that it does not know. */
export function archOf(machine: u32, bits: u32): Arch | null {
  if (serves(EM.X86_64, 64)) if (machine == EM.X86_64 && bits == 64) return X86_64;
  if (serves(EM.I386, 32)) if (machine == EM.I386 && bits == 32) return I386;
  if (serves(EM.AARCH64, 64)) if (machine == EM.AARCH64 && bits == 64) return AARCH64;
  if (serves(EM.ARM, 32)) if (machine == EM.ARM && bits == 32) return ARM;
  if (serves(EM.RISCV, 64)) if (machine == EM.RISCV && bits == 64) return RISCV64;
  if (serves(EM.RISCV, 32)) if (machine == EM.RISCV && bits == 32) return RISCV32;
  if (serves(EM.LOONGARCH, 64)) if (machine == EM.LOONGARCH && bits == 64) return LOONGARCH64;
  return null;
}

/** How the relocations of its objects are applied; null for a machine that takes none. */
export function howtosOf(machine: u32, bits: u32): Howtos | null {
  if (serves(EM.X86_64, 64)) if (machine == EM.X86_64 && bits == 64) return X86_64_HOWTOS;
  if (serves(EM.I386, 32)) if (machine == EM.I386 && bits == 32) return I386_HOWTOS;
  if (serves(EM.ARM, 32)) if (machine == EM.ARM && bits == 32) return ARM_HOWTOS;
  if (serves(EM.AARCH64, 64)) if (machine == EM.AARCH64 && bits == 64) return AARCH64_HOWTOS;
  if (serves(EM.RISCV, 64)) if (machine == EM.RISCV && bits == 64) return RISCV64_HOWTOS;
  if (serves(EM.RISCV, 32)) if (machine == EM.RISCV && bits == 32) return RISCV32_HOWTOS;
  if (serves(EM.LOONGARCH, 64)) if (machine == EM.LOONGARCH && bits == 64) return LOONGARCH64_HOWTOS;
  return null;
}
