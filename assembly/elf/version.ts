// Symbol versions: records of DT_VERDEF and DT_VERNEED. LSB Core, "Symbol Versioning"; the same in both classes.

/** vd_flags, vna_flags. */
export const enum VER_FLG { BASE = 1, WEAK = 2 }
/** Elf_Verdef: version, flags, ndx, cnt, hash, aux, next. */
export const enum Verdef { FLAGS = 2, NDX = 4, CNT = 6, HASH = 8, AUX = 12, NEXT = 16, BYTES = 20 }
/** Elf_Verdaux: name, next. */
export const enum Verdaux { NAME = 0, NEXT = 4, BYTES = 8 }
/** Elf_Verneed: version, cnt, file, aux, next. */
export const enum Verneed { CNT = 2, FILE = 4, AUX = 8, NEXT = 12, BYTES = 16 }
/** Elf_Vernaux: hash, flags, other, name, next. */
export const enum Vernaux { HASH = 0, FLAGS = 4, OTHER = 6, NAME = 8, NEXT = 12, BYTES = 16 }
/** An entry of DT_VERSYM: bit 15 hides the definition from a lookup without version. */
export const enum VERSYM { HIDDEN = 0x8000, VERSION = 0x7fff }
