// What every code means, what was expected, and what helps: the source of docs/faults.md and of `linkwright explain`. The type
// asks for one entry a code, so a code without its words does not compile.

import { Code } from "../../assembly/words.js";

/** The words of a code. */
export interface FaultWords {
  /** What is the matter. */
  readonly means: string;
  /** What would have been right. */
  readonly expected: string;
  /** What helps. */
  readonly remedy: string;
}

/** The words of every code. */
export const FAULTS: Record<Code, FaultWords> = {
  [Code.Ok]: {
    means: "nothing is the matter",
    expected: "this",
    remedy: "none is needed",
  },

  [Code.Truncated]: {
    means: "the file ends before what it says it holds",
    expected: "headers, tables and segments that lie within the file",
    remedy: "get the file again: it was cut off, or its headers were damaged",
  },
  [Code.BadMagic]: {
    means: "the file is no ELF file",
    expected: "the bytes 7f 45 4c 46 at its start (found is read as a little-endian word)",
    remedy: "pass the linked module itself; a linker script or a compressed file is none",
  },
  [Code.BadClass]: {
    means: "the file's class is not one that this loader or this build of it knows",
    expected: "EI_CLASS 1 (32-bit) or 2 (64-bit), as the machine has it",
    remedy: "build the module for the target; a slim core knows its own machine's class only",
  },
  [Code.BadByteOrder]: {
    means: "the file's byte order is not little-endian",
    expected: "EI_DATA 1 (ELFDATA2LSB)",
    remedy: "build the module for a little-endian target",
  },
  [Code.BadVersion]: {
    means: "the file's ELF version is unknown",
    expected: "version 1 (EV_CURRENT), in e_ident and in e_version",
    remedy: "get the file again: no tool writes another version",
  },
  [Code.BadType]: {
    means: "the file's type is unknown",
    expected: "e_type 3 (ET_DYN) or 2 (ET_EXEC)",
    remedy: "link the module with -shared or as an executable",
  },
  [Code.BadMachine]: {
    means: "the file is for a machine that this loader does not know",
    expected: "e_machine of x86_64, x86, aarch64, arm, riscv or loongarch, with its class",
    remedy: "build the module for one of these; a slim core knows one only",
  },
  [Code.BadEntrySize]: {
    means: "a table's entries are not as long as the ELF class has them",
    expected: "e_phentsize 32 or 56; DT_SYMENT, DT_RELENT, DT_RELAENT and DT_RELRENT as the class has them",
    remedy: "get the file again; if it was edited, leave these sizes alone",
  },
  [Code.BadAlignment]: {
    means: "a segment's alignment is no power of two",
    expected: "p_align 0, 1 or a power of two",
    remedy: "link with -z max-page-size set to a power of two",
  },
  [Code.NoSegments]: {
    means: "the file has nothing to load",
    expected: "at least one PT_LOAD program header",
    remedy: "link the module (-shared); an object file has no program headers",
  },
  [Code.NotCongruent]: {
    means: "a segment's offset in the file and its address differ modulo its alignment",
    expected: "p_offset = p_vaddr modulo p_align",
    remedy: "keep the alignment that the linker chose when you edit a file or write a linker script",
  },
  [Code.FileExceedsMemory]: {
    means: "a segment has more bytes in the file than in memory",
    expected: "p_filesz no more than p_memsz",
    remedy: "get the file again: its program headers are damaged",
  },
  [Code.AddressWraps]: {
    means: "a segment runs past the end of the address space",
    expected: "p_vaddr + p_memsz within the class's addresses",
    remedy: "get the file again, or correct the linker script that placed the segment",
  },
  [Code.SegmentsOverlap]: {
    means: "two loadable segments share addresses",
    expected: "PT_LOAD segments that lie apart",
    remedy: "correct the linker script, or get the file again",
  },
  [Code.SegmentsUnordered]: {
    means: "the loadable segments are not in order of address",
    expected: "PT_LOAD program headers in ascending order of p_vaddr",
    remedy: "correct the PHDRS command of the linker script",
  },
  [Code.ManyDynamic]: {
    means: "the file has more than one dynamic section",
    expected: "one PT_DYNAMIC program header at most",
    remedy: "get the file again: its program headers are damaged",
  },
  [Code.BadDynamic]: {
    means: "the dynamic section does not lie in the file's bytes of a loadable segment",
    expected: "PT_DYNAMIC within a PT_LOAD segment, with at least one entry",
    remedy: "get the file again; a stripped debug file (.debug) has no dynamic section left",
  },
  [Code.OutsideImage]: {
    means: "a table that the dynamic section names lies outside of the loadable segments",
    expected: "addresses and sizes of tables within one PT_LOAD segment",
    remedy: "get the file again: its dynamic section is damaged",
  },
  [Code.BadString]: {
    means: "a string's offset is past its table, or the table does not end with a zero byte",
    expected: "offsets less than DT_STRSZ, and a zero as the table's last byte",
    remedy: "get the file again: its string table is damaged",
  },
  [Code.BadRelro]: {
    means: "PT_GNU_RELRO does not lie in a writable segment",
    expected: "PT_GNU_RELRO within a PT_LOAD segment that has PF_W",
    remedy: "link with -z norelro, or correct the linker script",
  },
  [Code.BadRelocationTable]: {
    means: "a relocation table's size is no multiple of its entries, or its kind is unknown",
    expected: "DT_RELASZ, DT_RELSZ, DT_RELRSZ, DT_PLTRELSZ as multiples, and DT_PLTREL 7 or 17",
    remedy: "get the file again: its dynamic section is damaged",
  },
  [Code.TooManySegments]: {
    means: "the file has more program headers than its header can count",
    expected: "e_phnum less than 65535 (PN_XNUM)",
    remedy: "link with fewer output sections that have a segment of their own",
  },
  [Code.BadTls]: {
    means: "the image of the thread-local variables contradicts itself",
    expected: "one PT_TLS at most, p_filesz no more than p_memsz, p_align a power of two, its bytes in a loadable segment",
    remedy: "get the file again, or correct the linker script that placed .tdata and .tbss",
  },
  [Code.BadSection]: {
    means: "a section header of an object makes no sense",
    expected: "a section header table of ordinary size, names in a string table that ends in a NUL, sections that memory can hold, none of those that are loaded compressed",
    remedy: "compile the object again; decompress sections that are to be loaded (objcopy --decompress-debug-sections)",
  },
  [Code.BadSymbolTable]: {
    means: "the symbol table of an object makes no sense",
    expected: "one SHT_SYMTAB at most, whose sh_link is a string table that ends in a NUL, whose sh_info is no more than its symbols, and a SHT_SYMTAB_SHNDX as long as it",
    remedy: "compile the object again",
  },
  [Code.BadGroup]: {
    means: "a section group of an object makes no sense",
    expected: "a flag word of 0 or GRP_COMDAT, a signature that is a symbol, members that are sections with SHF_GROUP",
    remedy: "compile the object again",
  },
  [Code.BadArchive]: {
    means: "an archive contradicts itself",
    expected: "members whose headers end in a grave accent and a newline, whose decimal sizes stay inside the file, and whose names are there",
    remedy: "make the archive again (ar rcs)",
  },
  [Code.NoSections]: {
    means: "there is nothing to link: no object is in the archive",
    expected: "at least one object",
    remedy: "check that this is the archive that you meant",
  },

  [Code.WritableCode]: {
    means: "a segment is writable and executable",
    expected: "PF_W or PF_X, not both",
    remedy: "link with -z separate-code and without -N or an executable .data section",
  },
  [Code.SharedPage]: {
    means: "two segments with different permissions share a page of this host",
    expected: "segments with different permissions on pages of their own",
    remedy: "link with -z max-page-size and -z separate-code for the host's page size, which is found as the value",
  },
  [Code.TextRelocation]: {
    means: "the file wants its read-only segments relocated",
    expected: "relocations in writable segments only (no DT_TEXTREL), or a load that allows them",
    remedy: "compile with -fPIC and link with -z text, which shows where they come from; or allow it (--allow-text)",
  },
  [Code.TlsRefused]: {
    means: "the host has no place for the module's thread-local variables, or no way to find one of them",
    expected: "a host that gives threads their blocks; for TLS descriptors also its functions lw_tls_static, lw_tls_dynamic, lw_tls_absent",
    remedy: "in Node and wasmtime define those functions (--define SYM=ADDR); or compile with -mtls-dialect=trad, or without thread-local variables",
  },
  [Code.UnsupportedType]: {
    means: "the file's type is valid, but this build does not load it",
    expected: "a shared object (ET_DYN) or an executable (ET_EXEC)",
    remedy: "link object files first: `ld.lld -shared hello.o -o hello.so`",
  },

  [Code.OnlyLto]: {
    means: "the object holds what a compiler left for link-time optimisation, and no code of the machine",
    expected: "sections of code and data; found is bitcode's first word, or where gcc's mark is (SHN_COMMON)",
    remedy: "compile it with -fno-lto, or with -flto -ffat-lto-objects, which puts the code beside it",
  },

  [Code.NoSpace]: {
    means: "the host has no room for the module, or its fixed address is taken",
    expected: "as many free bytes as are found as the value",
    remedy: "unload what is not needed, choose another base, or link the file position-independent; of objects, make a kind of memory larger that allows the segment",
  },
  [Code.PlaceRefused]: {
    means: "the host could not put a segment in its place",
    expected: "the segment's bytes of the file, and memory that takes its permissions",
    remedy: "see the host's own message: the file could not be read, or there is no memory",
  },
  [Code.ProtectRefused]: {
    means: "the host could not change the permissions of a range",
    expected: "whole pages of the module's reservation",
    remedy: "link with -z max-page-size for the host's page size",
  },
  [Code.SyncRefused]: {
    means: "the host could not make the code fetchable",
    expected: "an instruction cache that can be made coherent",
    remedy: "see the host's own message",
  },
  [Code.ViewRefused]: {
    means: "the host could not make a part of the file readable",
    expected: "that many bytes from that offset of the file",
    remedy: "see the host's own message: the source failed, or there is no memory",
  },

  [Code.MissingLibrary]: {
    means: "a library that a file needs was not found",
    expected: "a file of this name (DT_NEEDED) where the host looks",
    remedy: "name its folder with --search DIR; `tree`, `plan` and `link` take this system's own with --system; in Node there are the options `search` and `systemLibraries`",
  },
  [Code.MissingSymbol]: {
    means: "symbols are needed that no module in scope and no host defines",
    expected: "a definition for each of them",
    remedy: "name the object or archive that defines them beside the others, or load the library first; `link` can also define them (--define SYM=ADDR) or do without (--allow-missing)",
  },
  [Code.BadHashTable]: {
    means: "the symbol hash table contradicts itself",
    expected: "bucket, bloom and chain counts that lie within the table's segment",
    remedy: "get the file again, or link with --hash-style=both",
  },
  [Code.HashLoop]: {
    means: "a chain of the symbol hash table does not end",
    expected: "chains that visit a symbol once",
    remedy: "get the file again: its hash table is damaged",
  },
  [Code.BadSymbolIndex]: {
    means: "a symbol index is past the symbol table",
    expected: "an index less than the number of symbols",
    remedy: "get the file again: its relocations or hash table are damaged",
  },
  [Code.BadVersionTable]: {
    means: "a version record lies outside of its segment, its chain does not end, or there is too much of them",
    expected: "DT_VERSYM, DT_VERDEF and DT_VERNEED within the file, with as many records as they say; names of 4,095 bytes and 2^20 comparisons of them at the most",
    remedy: "get the file again: its version tables are damaged",
  },
  [Code.CopySource]: {
    means: "a COPY relocation has nothing to copy from",
    expected: "an object whose bytes lie in a readable segment of another module, or whose size the host says",
    remedy: "compile the executable with -fPIE, or against the library that it is loaded with; a host says the size of what it defines",
  },
  [Code.MissingMember]: {
    means: "nobody has the file that is a member of a thin archive",
    expected: "the file of this name, as seen from the archive's folder",
    remedy: "keep the members where they were when the archive was made, or make an archive that holds them (ar rcs without T)",
  },
  [Code.MachineMismatch]: {
    means: "a library, an object or an archive's member is for another machine than what it is loaded with",
    expected: "the e_machine and class of the file that was loaded first",
    remedy: "of a library, name the folder that holds those of this machine; compile an object, or an archive's members, for it",
  },
  [Code.BadSymbolType]: {
    means: "a symbol is of a type that its use does not go with",
    expected: "a thread-local variable (type 6) where a relocation asks for one, in a file that has PT_TLS, and only there; no function to be copied",
    remedy: "declare the variable alike in all files (thread_local or not); a host can't define a thread-local one",
  },
  [Code.MissingVersion]: {
    means: "libraries do not have versions that a file needs of them",
    expected: "each version among those that its library defines (DT_VERDEF)",
    remedy: "take the library in the version that the file was linked with, or a newer one; see what it has with `linkwright inspect`",
  },
  [Code.NoStaticTls]: {
    means: "the code wants thread-local variables at a fixed distance from the thread pointer, and there is no place left for them",
    expected: "room in the 4,096 bytes that every thread has in reserve; for an executable the place that its linker counted on: the first",
    remedy: "compile with -ftls-model=global-dynamic, load the file before others that take the room, or load an executable first",
  },
  [Code.DuplicateSymbol]: {
    means: "two of the objects that are linked into one module define the same symbol, and neither is weak",
    expected: "one definition of each name",
    remedy: "leave one of the objects out, make one definition weak or static, or load them as modules of their own",
  },

  [Code.UnknownRelocation]: {
    means: "a relocation type is unknown on this machine",
    expected: "one of the machine's dynamic relocation types",
    remedy: "link the module (-shared) so that only dynamic relocations remain; see `linkwright inspect`",
  },
  [Code.RelocationOutside]: {
    means: "a relocation names a place that is not in a writable segment of the module",
    expected: "r_offset, with the whole word, in a segment that has PF_W",
    remedy: "compile with -fPIC; if that is done, get the file again",
  },
  [Code.OutOfRange]: {
    means: "a value does not fit the place that a relocation names",
    expected: "a value of as many bits as the relocation's type has",
    remedy: "load the modules nearer to each other, or below 2^32 (--base ADDR); or compile with -fPIC",
  },
  [Code.ResolverOutside]: {
    means: "a resolver (IFUNC) does not lie in executable memory of the module that has it",
    expected: "an address in a segment that has PF_X",
    remedy: "get the file again: its relocations or its symbols are damaged",
  },
  [Code.ChooseRefused]: {
    means: "the host could not call a resolver (IFUNC)",
    expected: "a host that runs the target's code",
    remedy: "load with NoRun where code can't run (in Node this is the default), or see the host's own message",
  },
  [Code.Misaligned]: {
    means: "a value that a relocation stores has bits that its field has no room for: the target is not aligned as the instruction wants it",
    expected: "a multiple of what the instruction counts in",
    remedy: "align the symbol as the instruction that uses it needs it (.balign, __attribute__((aligned)))",
  },
  [Code.NoPartner]: {
    means: "the lower part of an address names a label, and no relocation of an upper part is there",
    expected: "R_RISCV_PCREL_HI20, GOT_HI20, TLS_GOT_HI20, TLS_GD_HI20 or TLSDESC_HI20 at the label, in the same section",
    remedy: "put the label at the auipc that belongs to the instruction",
  },

  [Code.InitOutside]: {
    means: "an initialiser or finaliser does not lie in executable memory of the module",
    expected: "DT_INIT, DT_FINI and the arrays' entries in a segment that has PF_X",
    remedy: "get the file again: its arrays or their relocations are damaged",
  },
  [Code.CallRefused]: {
    means: "the host could not call an initialiser or finaliser",
    expected: "a host that runs the target's code",
    remedy: "load with NoRun where code can't run (in Node this is the default), or see the host's own message",
  },

  [Code.StaleHandle]: {
    means: "the handle was closed before, or never issued",
    expected: "a handle that is still open",
    remedy: "keep the module, image, session or context open as long as you use it",
  },
  [Code.WrongKind]: {
    means: "the handle is of another kind than the call asks for",
    expected: "a handle of the right kind",
    remedy: "pass what the call's description names",
  },
  [Code.NotHeld]: {
    means: "the module is given back more often than it was taken",
    expected: "one unload for each load and each retain",
    remedy: "unload a module only as often as you loaded or retained it; dependencies are not yours to unload",
  },
  [Code.ContextInUse]: {
    means: "the context still has modules or sessions",
    expected: "an empty context",
    remedy: "unload its modules and close its sessions first",
  },
  [Code.SessionBusy]: {
    means: "the session is being advanced already",
    expected: "one lw_advance at a time",
    remedy: "don't advance a session from a function that it calls",
  },
  [Code.BadFlags]: {
    means: "a flag is unknown",
    expected: "bits of Flag",
    remedy: "use flags of this version's linkwright.h",
  },
  [Code.NotPatchable]: {
    means: "the module does not know what its symbols are bound to",
    expected: "a module that was loaded with Flag.Patchable",
    remedy: "load it with that flag (in Node: `patchable: true`)",
  },

  [Code.OutOfMemory]: {
    means: "the core's own memory is used up",
    expected: "as many bytes as are found as the value",
    remedy: "open the core with a higher limit, or unload what is not needed",
  },
};
