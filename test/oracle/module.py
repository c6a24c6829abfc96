"""An ELF file as the dynamic linker sees it: segments, symbols with their versions, relocations. gABI chapters 4 and 5."""
import io
import struct
from dataclasses import dataclass

from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile

VERSYM_HIDDEN = 0x8000
VER_FLG_BASE = 1


@dataclass(frozen=True)
class Symbol:
    name: str
    value: int
    size: int
    bind: str
    kind: str
    visibility: str
    section: object  # a number, or "SHN_UNDEF", "SHN_ABS"
    version: str | None
    version_index: int  # 1: of no version; 2: the first that a library has
    is_hidden: bool  # a definition that only those find who ask for its version

    @property
    def is_defined(self):
        return self.section != "SHN_UNDEF"

    @property
    def is_local(self):
        """Nobody outside of its module sees or replaces it."""
        return self.bind == "STB_LOCAL" or self.visibility in ("STV_HIDDEN", "STV_INTERNAL")

    @property
    def is_unique(self):
        """One for all who define it (STB_GNU_UNIQUE)."""
        return self.bind in ("STB_GNU_UNIQUE", "STB_LOOS")

    @property
    def is_thumb(self):
        """T, if the machine is arm."""
        return self.kind == "STT_FUNC" and bool(self.value & 1)


@dataclass(frozen=True)
class Relocation:
    offset: int
    kind: int
    symbol: int
    addend: int | None  # None: it is in the place


class Module:
    """A file, and where it lies."""

    def __init__(self, path):
        self.name = self.path = path
        with open(path, "rb") as file:
            self.bytes = file.read()
        elf = ELFFile(io.BytesIO(self.bytes))
        self.machine = elf["e_machine"]
        self.bits = elf.elfclass
        self.loads = [s.header for s in elf.iter_segments("PT_LOAD") if s["p_memsz"]]
        self.block = next((s.header for s in elf.iter_segments("PT_TLS") if s["p_memsz"]), None)
        self.soname = None
        self.needed, self.symbols, self.relr, self.relocations = [], [], [], []
        self.tags = {}
        self.is_symbolic = False
        self.bias = 0
        dynamic = next((s for s in elf.iter_segments() if isinstance(s, DynamicSegment)), None)
        if dynamic is not None:
            self._read(elf, dynamic)
        self.by_name = {}
        for symbol in self.symbols:
            if symbol.name and not symbol.is_local:
                self.by_name.setdefault(symbol.name, []).append(symbol)

    def _read(self, elf, dynamic):
        self.tags = {tag["d_tag"]: tag["d_val"] for tag in dynamic.iter_tags()}
        self.needed = [tag.needed for tag in dynamic.iter_tags("DT_NEEDED")]
        self.soname = next((tag.soname for tag in dynamic.iter_tags("DT_SONAME")), None)
        self.is_symbolic = "DT_SYMBOLIC" in self.tags or bool(self.tags.get("DT_FLAGS", 0) & 2)
        table = elf.get_section_by_name(".dynsym") or dynamic
        raw = list(table.iter_symbols()) if "DT_SYMTAB" in self.tags else []
        versions = self._versions()
        indexes = struct.unpack_from(f"<{len(raw)}H", self.bytes, self._offset(self.tags["DT_VERSYM"])) if "DT_VERSYM" in self.tags else [1] * len(raw)
        for symbol, index in zip(raw, indexes):
            self.symbols.append(Symbol(
                symbol.name, symbol["st_value"], symbol["st_size"], symbol["st_info"]["bind"], symbol["st_info"]["type"],
                symbol["st_other"]["visibility"], symbol["st_shndx"], versions.get(index & ~VERSYM_HIDDEN),
                index & ~VERSYM_HIDDEN, bool(index & VERSYM_HIDDEN)))
        tables = dynamic.get_relocation_tables()
        self.relr = [one["r_offset"] for one in tables["RELR"].iter_relocations()] if "RELR" in tables else []
        # Some linkers, RISC-V's among them, count the entries of DT_JMPREL to those of DT_RELA, too: then they have been met.
        is_part = any(self.tags[f"DT_{one}"] <= self.tags.get("DT_JMPREL", 0) < self.tags[f"DT_{one}"] + self.tags[f"DT_{one}SZ"]
                      for one in ("REL", "RELA") if f"DT_{one}" in self.tags)
        for which in ("REL", "RELA", "JMPREL"):
            if which not in tables or (which == "JMPREL" and is_part):
                continue
            for one in tables[which].iter_relocations():
                self.relocations.append(Relocation(one["r_offset"], one["r_info_type"], one["r_info_sym"], one["r_addend"] if one.is_RELA() else None))

    def _versions(self):
        """Names by version index. gABI has none of this: LSB, "Symbol Versioning"; 0 and 1 have no name."""
        names = {}
        if "DT_VERDEF" in self.tags:
            at = self._offset(self.tags["DT_VERDEF"])
            for _ in range(self.tags["DT_VERDEFNUM"]):
                _, flags, index, _, _, aux, following = struct.unpack_from("<HHHHIII", self.bytes, at)
                if not flags & VER_FLG_BASE:
                    names[index] = self._string(struct.unpack_from("<I", self.bytes, at + aux)[0])
                at += following
        if "DT_VERNEED" in self.tags:
            at = self._offset(self.tags["DT_VERNEED"])
            for _ in range(self.tags["DT_VERNEEDNUM"]):
                _, count, _, aux, following = struct.unpack_from("<HHIII", self.bytes, at)
                entry = at + aux
                for _ in range(count):
                    _, _, index, name, after = struct.unpack_from("<IHHII", self.bytes, entry)
                    names[index & ~VERSYM_HIDDEN] = self._string(name)
                    entry += after
                at += following
        return names

    def _string(self, offset):
        start = self._offset(self.tags["DT_STRTAB"]) + offset
        return self.bytes[start:self.bytes.index(b"\0", start)].decode()

    def _offset(self, vaddr):
        """Where in the file an address is."""
        for load in self.loads:
            if load["p_vaddr"] <= vaddr < load["p_vaddr"] + load["p_filesz"]:
                return vaddr - load["p_vaddr"] + load["p_offset"]
        raise ValueError(f"{self.name}: {vaddr:#x} is in no segment")

    def answers_to(self, name):
        """Whether it is the library of this name."""
        return name == (self.soname or self.name)

    def at(self, vaddr):
        """Where an address of the file is in memory."""
        return (vaddr + self.bias) % (1 << self.bits)

    def address(self, symbol):
        """Where a symbol of this module is: S."""
        return symbol.value if symbol.section == "SHN_ABS" else self.at(symbol.value)
