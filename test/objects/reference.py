"""Relocates objects as the processor supplements say, and compares the sections with those of a memory image.

Written from those and on pyelftools alone. Reads one job per line from stdin:
{"file": path, "sections": {index: "0x.."}, "defines": {name: "0x.."}, "image": path, "start": "0x.."}
and answers with a line for each: {"sections": n, "relocations": {type: n}, "stubs": n, "strings": n, "problems": [...]}.

Only the addresses of sections are told. Where a branch leads to a stub, the stub is followed; a string or constant of a section that may be merged
may be anywhere in the image, if it is the same.
"""
import json
import struct
import sys

from elftools.elf.elffile import ELFFile

from fields import FIELDS
from stubs import follow

SHF_ALLOC, SHF_MERGE, SHF_STRINGS = 2, 0x10, 0x20
SHN_UNDEF, SHN_LORESERVE, SHN_ABS, SHN_COMMON, SHN_XINDEX = 0, 0xff00, 0xfff1, 0xfff2, 0xffff
STT_FUNC, STT_SECTION = 2, 3
STB_WEAK = 2
MOST_PROBLEMS = 5


class Object:
    """An ET_REL file."""

    def __init__(self, path):
        elf = ELFFile(open(path, "rb"))
        self.bits = elf.elfclass
        self.machine = elf["e_machine"]
        self.sections = list(elf.iter_sections())
        self.tables = [s for s in self.sections if s["sh_type"] in ("SHT_REL", "SHT_RELA")]
        # What is relocated is what its relocations make of it: equal bytes in the file say nothing, and it is not merged.
        relocated = {s["sh_info"] for s in self.tables}
        self.merged = {i for i, s in enumerate(self.sections) if s["sh_flags"] & SHF_MERGE and i not in relocated}
        table = next(s for s in self.sections if s["sh_type"] == "SHT_SYMTAB")
        names = self.sections[table["sh_link"]].data()
        extended = next((s.data() for s in self.sections if s["sh_type"] == "SHT_SYMTAB_SHNDX"), b"")
        self.symbols = []
        for i, entry in enumerate(struct.iter_unpack("<IBBHQQ" if self.bits == 64 else "<IIIBBH", table.data())):
            name, info, _, section, value, size = entry if self.bits == 64 else (entry[0], entry[3], entry[4], entry[5], entry[1], entry[2])
            if section == SHN_XINDEX:
                section = struct.unpack_from("<I", extended, 4 * i)[0]
            self.symbols.append((names[name:names.index(b"\0", name)].decode(), info >> 4, info & 15, section, value))

    def relocations(self, table):
        """(offset, symbol, type, addend or None)"""
        is_rela = table["sh_type"] == "SHT_RELA"
        form = {(64, True): "<QQq", (64, False): "<QQ", (32, True): "<IIi", (32, False): "<II"}[self.bits, is_rela]
        shift, mask = (32, 0xffffffff) if self.bits == 64 else (8, 0xff)
        for offset, info, *addend in struct.iter_unpack(form, table.data()):
            yield offset, info >> shift, info & mask, addend[0] if is_rela else None


class Check:
    def __init__(self, job):
        self.object = Object(job["file"])
        self.where = {int(index): int(address, 16) for index, address in job["sections"].items()}
        self.defines = {name: int(address, 16) for name, address in job["defines"].items()}
        self.start = int(job["start"], 16)
        with open(job["image"], "rb") as file:
            self.image = file.read()
        self.wrap = (1 << self.object.bits) - 1
        self.counts, self.problems = {}, []
        self.stubs = self.strings = 0
        self.places = {}  # of a merged piece: the addresses that it may have

    def memory(self, address, size):
        offset = (address or 0) - self.start
        return int.from_bytes(self.image[offset:offset + size], "little") if 0 <= offset <= len(self.image) - size else None

    def everywhere(self, bytes):
        """Every address of these bytes in the image."""
        found, at = [], self.image.find(bytes)
        while at >= 0:
            found.append(self.start + at)
            at = self.image.find(bytes, at + 1)
        return found

    def piece(self, section, offset):
        """Where what is at an offset of a section that may be merged can be: a string to its end, or a constant from its beginning."""
        key = section, offset
        if key not in self.places:
            header, data, each = self.object.sections[section].header, self.object.sections[section].data(), max(1, self.object.sections[section]["sh_entsize"])
            if header["sh_flags"] & SHF_STRINGS:
                end = offset
                while any(data[end:end + each]):
                    end += each
                self.places[key] = self.everywhere(data[offset:end + each])
            else:
                first = offset - offset % each
                self.places[key] = [one + offset - first for one in self.everywhere(data[first:first + each])]
        return self.places[key]

    def targets(self, symbol, addend):
        """What S + A may be: one number, or as many as a merged piece has places; and the piece, or None."""
        name, bind, kind, section, value = self.object.symbols[symbol]
        if section == SHN_UNDEF:
            if symbol == 0:
                return [addend], None
            if name not in self.defines and bind != STB_WEAK:
                raise ValueError(f"nobody defines {name}")
            return [self.defines.get(name, 0) + addend], None
        if section == SHN_ABS:
            return [value + addend], None
        if section >= SHN_LORESERVE and section not in self.where:
            raise ValueError(f"{name} is in section {section:#x}")
        header = self.object.sections[section].header
        if section in self.object.merged:
            # A section's symbol stands for its beginning: the piece is what the addend says. Any other symbol stands for its own piece.
            offset, rest = (value + addend, 0) if kind == STT_SECTION else (value, addend)
            if 0 <= offset < header["sh_size"]:
                return [one + rest for one in self.piece(section, offset)], (section, offset, rest)
        if section not in self.where:
            raise ValueError(f"{name} is in section {self.object.sections[section].name}, which is nowhere")
        return [self.where[section] + value + addend], None

    def number(self, value):
        """As a signed number of the class: what fits is asked of that."""
        value &= self.wrap
        return value - self.wrap - 1 if value >> self.object.bits - 1 else value

    def apply(self, data, base, offset, symbol, kind, addend):
        name, field = FIELDS[self.object.machine].get(kind, (None, None))
        if name is None:
            raise ValueError(f"type {kind} is not known")
        self.counts[name] = self.counts.get(name, 0) + 1
        if field is None:
            return
        word = int.from_bytes(data[offset:offset + field.size], "little")
        theirs = self.memory(base + offset, field.size)
        addend = field.held(word) if addend is None else addend
        targets, piece = self.targets(symbol, addend)
        place = base + offset
        values = [field.encode(word, self.number(field.value(x, place))) for x in targets]
        if piece is not None:
            self.strings += 1
            kept = [x for x, value in zip(targets, values) if value == theirs]
            if not kept:
                raise ValueError(f"{name} of a merged piece, {theirs:#x}, leads to nothing that is like it")
            self.places[piece[0], piece[1]] = [one - piece[2] for one in kept]
            value = theirs
        else:
            value, = values
            if value != theirs and field.is_branch and self.leads(field.held(theirs), place, targets[0] - addend, addend):
                self.stubs += 1
                value = theirs
        if value is None:
            raise ValueError(f"{name}: {targets[0]:#x} is out of reach")
        data[offset:offset + field.size] = value.to_bytes(field.size, "little")

    def leads(self, held, place, symbol, addend):
        """Whether a branch leads to a stub that leads to the symbol."""
        return follow(self.object.machine, self.memory, held + place - addend & self.wrap) == symbol & self.wrap

    def run(self):
        object = self.object
        contents = {}
        for index in self.where:
            section = object.sections[index]
            contents[index] = bytearray(section["sh_size"] if section["sh_type"] == "SHT_NOBITS" else section.data())
        for table in object.tables:
            index = table["sh_info"]
            if index not in self.where:
                continue
            for offset, symbol, kind, addend in object.relocations(table):
                try:
                    self.apply(contents[index], self.where[index], offset, symbol, kind, addend)
                except ValueError as error:
                    self.problems.append(f"{object.sections[index].name}+{offset:#x}: {error}")
        for index, data in contents.items():
            self.compare(index, data)

    def compare(self, index, data):
        section = self.object.sections[index]
        if index in self.object.merged:
            return  # its pieces were looked at one by one
        offset = self.where[index] - self.start
        ours = self.image[offset:offset + len(data)]
        if ours != data:
            at = next((i for i, (a, b) in enumerate(zip(ours, data)) if a != b), len(ours))
            self.problems.append(f"{section.name}+{at:#x}: {ours[at & ~7:(at & ~7) + 8].hex()} in the image, {data[at & ~7:(at & ~7) + 8].hex()} by the reference")

    def answer(self):
        allocated = [i for i, s in enumerate(self.object.sections) if s["sh_flags"] & SHF_ALLOC and s["sh_size"] and i not in self.object.merged]
        lost = [self.object.sections[i].name for i in allocated if i not in self.where]
        if lost:
            self.problems.append(f"nowhere: {', '.join(lost)}")
        return {"sections": len(self.where), "relocations": self.counts, "stubs": self.stubs, "strings": self.strings, "problems": self.problems[:MOST_PROBLEMS]}


for line in sys.stdin:
    check = Check(json.loads(line))
    check.run()
    print(json.dumps(check.answer()), flush=True)
