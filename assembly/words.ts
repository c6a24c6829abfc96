// The numbers that cross the ABI, in one place. Plain enums and nothing else: the core compiles this file as
// AssemblyScript, the Node host imports it as TypeScript, and scripts/header.ts turns it into linkwright.h.

/** What a host call or `lw_advance` answers. Address answers say the same with REFUSED and PENDING. */
export enum Answer {
  /** It is done. */
  Done = 0,
  /** It can't be done; for `lw_advance`: the session failed and its fault says why. */
  Refused = -1,
  /** Not yet. The session keeps its place; `lw_advance` asks the very same question again. */
  Pending = -2,
}

/** Permissions of memory: the bits of p_flags. gABI 5.1 "Segment Permissions". */
export enum PF {
  X = 1,
  W = 2,
  R = 4,
}

/** How a module is loaded: or-ed, the third argument of `lw_load`. */
export enum Flag {
  /** Its symbols are visible to every later load of the context (as with RTLD_GLOBAL). */
  Global = 1,
  /** Initialisers and finalisers are not called: for images that are linked here and run elsewhere. */
  NoRun = 2,
  /** A symbol that nobody defines counts as 0 instead of failing the load, and a library that nobody has defines nothing. */
  AllowMissing = 4,
  /** Map only: no dependency is loaded, nothing is bound or relocated. For questions about a file. */
  NoLink = 8,
  /** Functions are bound when they are first called, where the host can and the file does not ask for the contrary. */
  Lazy = 16,
  /** Text may be relocated (DT_TEXTREL): a page is never writable and executable at a time all the same. */
  AllowText = 32,
  /** Its own scope comes before the context's global modules (as with RTLD_DEEPBIND). */
  DeepBind = 64,
  /** One more copy of a file that may be loaded already. No later load takes it for the library of its name or file. */
  Copy = 128,
  /** It stays until its context is unloaded (as with RTLD_NODELETE, or DF_1_NODELETE in the file). */
  NoDelete = 256,
  /** Keeps what its symbols are bound to: `lw_patch` can lead them elsewhere, and List.Binding stays. */
  Patchable = 512,
  /**
   * Of objects: the files stay where they can be read as long as the module does, and can be run there. Read-only sections without relocations, aligned as
   * they have to be, are used in place instead of being copied, where `memory.protect` gives the file's pages the permissions for that.
   */
  InPlace = 1024,
  /** Of objects: List.Debug is there until the session is closed, and `lw_relocate` relocates what it lists. Nothing of it comes into memory by itself. */
  Debug = 2048,
}

/** What a context lets its host say in every load: or-ed, the second argument of `lw_policy`. */
export enum Policy {
  /** `link.before` is asked for every symbol that is looked up. */
  Before = 1,
  /** `link.intercept` is asked for every relocation that names a symbol. */
  Intercept = 2,
  /** `link.before` is asked for symbols that the file does not define itself. */
  Foreign = 4,
  /** A module stays when one of its unique symbols (STB_GNU_UNIQUE) is bound, as with the GNU C library: it was perhaps not written to go. */
  KeepUnique = 8,
}

/** What holds in a kind of memory: or-ed, the fourth argument of `lw_region`. */
export enum Rule {
  /** What is taken of it has the size of a power of two, and is aligned to that: as memory protection units want it. */
  PowerOfTwo = 1,
  /** Only sections that it claims by name go there. */
  Named = 2,
}

/** Why a section of a load with Flag.InPlace was copied all the same: Field.Copied. */
export enum Copied {
  /** It was not: it is used where its file has it. */
  Not = 0,
  /** It may be written, or has no bytes in the file. */
  Written,
  /** It is relocated: what it has to hold depends on where things lie. */
  Relocated,
  /** It does not lie at a multiple of its alignment. */
  Misaligned,
  /** The machine's addresses do not reach where it lies. */
  Beyond,
  /** It has to lie beside others: tables for unwinders, sections with __start_ and __stop_, what a kind of memory claims by name. */
  Gathered,
  /** The host can't give its file's pages the permissions. */
  Refused,
}

/** What is counted of a load of objects: Field.Type of an entry of List.Tally. */
export enum Tally {
  /** Slots of the GOT. */
  Slot = 0,
  /** Stubs: code that leads calls elsewhere. */
  Stub,
  /** Dynamic relocations, which are left to the time when other modules are known. */
  Relocation,
  /** Symbols that others define. */
  Import,
  /** Symbols that others may see. */
  Export,
  /** Strings and constants that are kept once; Bytes: what that saved. */
  Merged,
  /** Sections that are used where their files have them. */
  InPlace,
  /** Files that are no longer looked at when the session is closed. */
  File,
}

/** Why a module stays: Field.Kept. */
export enum Kept {
  /** Nothing keeps it. */
  No = 0,
  /** The host holds a reference. */
  Reference,
  /** An open session relies on it. */
  Session,
  /** Another module that stays needs it. */
  Needed,
  /** DF_1_NODELETE, or Flag.NoDelete. */
  NoDelete,
}

/**
 * A fault's code. The high byte says what it is about, and has the name of the stage whose business that is; some are found in another one.
 * docs/faults.md says what each means and what helps.
 */
export enum Code {
  Ok = 0,
  // 01 inspect: the file is wrong
  Truncated = 0x0101,
  BadMagic,
  BadClass,
  BadByteOrder,
  BadVersion,
  BadType,
  BadMachine,
  BadEntrySize,
  BadAlignment,
  NoSegments,
  NotCongruent,
  FileExceedsMemory,
  AddressWraps,
  SegmentsOverlap,
  SegmentsUnordered,
  ManyDynamic,
  BadDynamic,
  OutsideImage,
  BadString,
  BadRelro,
  BadRelocationTable,
  TooManySegments,
  BadTls,
  BadSection,
  BadSymbolTable,
  BadGroup,
  BadArchive,
  NoSections,
  // 02 plan: the file is right, but not for this host
  WritableCode = 0x0201,
  SharedPage,
  TextRelocation,
  TlsRefused,
  UnsupportedType,
  OnlyLto,
  // 03 map
  NoSpace = 0x0301,
  PlaceRefused,
  ProtectRefused,
  SyncRefused,
  ViewRefused,
  // 04 link
  MissingLibrary = 0x0401,
  MissingSymbol,
  BadHashTable,
  HashLoop,
  BadSymbolIndex,
  BadVersionTable,
  CopySource,
  MachineMismatch,
  BadSymbolType,
  MissingVersion,
  NoStaticTls,
  DuplicateSymbol,
  MissingMember,
  // 05 relocate
  UnknownRelocation = 0x0501,
  RelocationOutside,
  OutOfRange,
  ResolverOutside,
  ChooseRefused,
  Misaligned,
  NoPartner,
  // 06 run
  InitOutside = 0x0601,
  CallRefused,
  // 0e the caller's mistake
  StaleHandle = 0x0e01,
  WrongKind,
  NotHeld,
  ContextInUse,
  SessionBusy,
  BadFlags,
  NotPatchable,
  // 0f the core's own limits
  OutOfMemory = 0x0f01,
}

/** What `at` of a fault counts: the offset of this thing in its file, or its vaddr where the word says so. */
export enum What {
  None = 0,
  /** The file header; `at` is a file offset. */
  Ehdr,
  /** A program header; `at` is its file offset. */
  Phdr,
  /** An entry of the dynamic section; `at` is its vaddr. */
  Dyn,
  /** A symbol; `at` is its index. */
  Sym,
  /** A hash table; `at` is the vaddr of the word. */
  Hash,
  /** A relocation entry; `at` is its vaddr. */
  Rel,
  /** The place a relocation or an initialiser names; `at` is its vaddr. */
  Place,
  /** A string; `at` is its offset in the string table. */
  Str,
  /** A version record; `at` is its vaddr. */
  Version,
  /** A call of the host; `at` is an address or a byte count, see the code. */
  Import,
  /** A handle; `at` is its number. */
  Handle,
  /** A section header of an object; `at` is its offset in the object. */
  Shdr,
  /** A member of an archive; `at` is its file offset. */
  Member,
  /** A relocation entry of an object; `at` is its offset in the object. */
  Entry,
  /**
   * A segment of a module that is spread over kinds of memory; `at` is its permissions (PF bits), | log2 of its alignment << 8, | the number of the region that
   * claims it by name << 16.
   */
  Unit,
}

/** The stages of a load, in order: what `log.event` and `lw_value(session, Field.Stage)` say. */
export enum Stage {
  Gather = 0,
  Plan,
  Map,
  Link,
  Relocate,
  Sync,
  Indirect,
  Protect,
  Publish,
  Init,
  Settled,
  Fini,
  Release,
  Patch,
  Failed,
}

/** Codes of `log.event`. */
export enum Event {
  /** A session enters a stage: a = session, b = Stage. */
  Stage = 1,
  /** A module became visible: a = module, b = base. */
  Published,
  /** A module is gone: a = module, b = base. */
  Withdrawn,
  /** The last reference of a module was given back, but it stays: a = module, b = Kept. */
  Stays,
  /** A variable was copied to where there is room for a part of it only: a = module, b = bytes of the other definition. */
  CopyShort,
  /** A member of an archive is passed over, because it is no object: a = source of the archive, b = offset of its header. */
  Skipped,
}

/** Levels of `log.event`. */
export enum Level {
  Error = 1,
  Warn,
  Info,
  Debug,
  Trace,
}

/** Kinds of handles. */
export enum Kind {
  None = 0,
  Context,
  Session,
  Image,
  Module,
}

/** What can be counted and listed: `lw_count(handle, list)`, `lw_entry(handle, list, index, field)`. */
export enum List {
  /** Program headers, all of them, in file order. Image, Module. Type Flags Offset Vaddr FileBytes Bytes Align. */
  Phdr = 1,
  /** DT_NEEDED. Image, Module. Name NameBytes. */
  Needed,
  /** Dynamic symbols. Module. Name NameBytes Address Vaddr Bytes Type Bind Visibility Section Version Hidden. */
  Symbol,
  /** Dynamic relocations, all tables in order. Module. Type Vaddr Symbol Addend; of a DT_RELR word: Type 0, Value. */
  Relocation,
  /** Version definitions. Module. Name NameBytes Version Flags. */
  Definition,
  /** Versions needed. Module. Name NameBytes (the version) File FileBytes (of whom) Version Flags. */
  Requirement,
  /** What is missing. Session that failed (or was allowed to miss). Name NameBytes Source; Type 0 for a symbol, 1 for a library, 2 for a version of File FileBytes. */
  Missing,
  /** Modules. Session: what it loaded, root first. Context: all. Module: what it depends on. Owner. */
  Module,
  /** Dynamic section entries, as read, before DT_NULL. Image, Module. Type Value. */
  Dynamic,
  /** Bindings of a module's symbols after linking. Module, while its session is not ended, or as long as it is there under Flag.Patchable. Symbol Address Owner Type. */
  Binding,
  /** Entries of DT_JMPREL: functions that may be bound when they are called. Module. Symbol Name NameBytes Vaddr Value (the slot's word). */
  Slot,
  /**
   * Sections of objects that were linked, as they lie in memory, object by object. Session, after a load of objects, until it is closed. Name NameBytes Address
   * Bytes Type Flags Align Section (its number in the object) Source Offset (where the object begins in the file: archives have several) File FileBytes (the
   * member's name) Copied (of a load with Flag.InPlace). Module: those that compilers do not make
   * by themselves, as long as it is there: a host may look for them by name. Name NameBytes Address Vaddr Bytes Type Flags.
   */
  Section,
  /**
   * What a module of objects took of the kinds of memory that `lw_region` told of. Session, until it is closed. Value (the region's number; 0: ordinary memory) Flags
   * (PF bits) Address FileBytes (used) Bytes (reserved).
   */
  Region,
  /**
   * What objects have for debuggers: contents that are in no memory, of what was not dropped. Session, after a load of objects under Flag.Debug, until it is closed.
   * Name NameBytes Value (where its bytes begin in the object) Bytes (there: it may be compressed) Type Flags Align Section Source Offset, as in List.Section.
   */
  Debug,
  /** What linking objects took, one entry for each Tally. Session, after a load of objects, until it is closed. Type Value (how many) Bytes. */
  Tally,
}

/** What is asked of a handle (`lw_value`) or of an entry of a list (`lw_entry`). */
export enum Field {
  /** Kind of the handle. */
  Kind = 1,
  /** Module: lowest mapped address, a multiple of the page. Image: lowest vaddr. */
  Base,
  /** Module: addr - vaddr, modulo the machine's word. */
  Bias,
  /** Bytes of memory: of a module's whole reservation, of an image's span, of a segment or symbol. */
  Bytes,
  /** e_machine. */
  Machine,
  /** 32 or 64. */
  Class,
  /** e_type, p_type, st_info's type, r_type, d_tag. */
  Type,
  /** e_flags, p_flags. */
  Flags,
  /** Entry address (Module) or vaddr (Image); NONE if the file names none. */
  Entry,
  Name,
  NameBytes,
  Offset,
  Vaddr,
  FileBytes,
  Align,
  Address,
  Bind,
  Visibility,
  Section,
  Version,
  Hidden,
  Symbol,
  Addend,
  File,
  Value,
  /** A module's handle; 0 if the host itself. */
  Owner,
  /** The host's number of the file. */
  Source,
  /** Session: where it is, a Stage. */
  Stage,
  /** Session: its fault. */
  FaultCode,
  FaultWhat,
  FaultAt,
  FaultValue,
  FaultSource,
  FaultName,
  FaultNameBytes,
  /** Module: references the host holds. */
  References,
  /** Module: the context it lives in. */
  Context,
  /** Bytes of the core's own memory in use, and the most that ever were: `lw_value(0, ...)`. Module, Session: UsedBytes, their own; Context: of its modules, scopes and indices, too. */
  UsedBytes,
  PeakBytes,
  /** Module: addresses of its dynamic section, its program headers, its PT_GNU_EH_FRAME; NONE where they are not in memory. */
  Dynamic,
  Phdr,
  EhFrame,
  /** Module: number of its thread-local block, 0 if it has none; the block's offset from the thread pointer, NOWHERE if that is not fixed. */
  TlsNumber,
  TlsOffset,
  /** Module: address and bytes of the image of its thread-local block; bytes of the block. */
  TlsImage,
  TlsFileBytes,
  TlsBytes,
  /** Module: why it stays, a Kept. */
  Kept,
  /** The largest block of the core's own memory that holds nothing, and where it begins there: `lw_value(0, ...)`. */
  SpareBytes,
  SpareOffset,
  /** Module: when it was initialised, counted through its context; 0 if it was not. */
  Rank,
  /** Module: the one that it was loaded for; 0 if that is gone. */
  Root,
  /** Section, of a load with Flag.InPlace: why it was copied, a Copied. */
  Copied,
  /** Session: the member of the archive that its fault is in. */
  FaultMember,
  FaultMemberBytes,
}
