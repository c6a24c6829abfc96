"""What a target's memory looks like once files are linked: an independent reference, from the psABIs.

Reads jobs as JSON lines on stdin and answers each with one JSON line. A job:
  {"files": [paths], "search": [folders], "defines": {name: address},
   "placed": [{"name": ..., "bias": "0x.."}], "start": "0x..", "image": path}
`placed` is where the loader under test put each module, in its order; everything else is worked out here, with
pyelftools: which modules there are, in which order names are looked up, and every byte of memory.
The answer: {"modules": [names], "missing": [names], "places": how many relocations, "differs": [addresses]}.
"""

import json
import os
import sys

from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelrRelocationTable

# What each relocation asks for. S: the symbol, A: the addend, B: the bias. The places' old contents are the addends of
# REL tables, except for jump slots, whose places point into the PLT, and except where the formula has no addend.
# AMD64 psABI 4.4, i386 psABI 4.4, AAELF64 5.7.16, AAELF32 5.6.1.7, RISC-V psABI 8.4, LoongArch psABI "Relocations".
RULES = {
    "EM_X86_64": {0: None, 1: "S+A", 5: "copy", 6: "S", 7: "S", 8: "B+A"},
    "EM_386": {0: None, 1: "S+A", 5: "copy", 6: "S", 7: "S", 8: "B+A"},
    "EM_AARCH64": {0: None, 257: "S+A", 1024: "copy", 1025: "S+A", 1026: "S+A", 1027: "B+A"},
    "EM_ARM": {0: None, 2: "S+A", 20: "copy", 21: "S", 22: "S", 23: "B+A"},
    "EM_RISCV": {0: None, 1: "S+A", 2: "S+A", 3: "B+A", 4: "copy", 5: "S"},
    "EM_LOONGARCH": {0: None, 2: "S+A", 3: "B+A", 4: "copy", 5: "S"},
}
VERSION_IS_HIDDEN = 0x8000


class Module:
    """A file, with what its dynamic section says."""

    def __init__(self, path, name):
        self.path, self.name = path, name
        with open(path, "rb") as file:
            elf = ELFFile(file)
            self.word = elf.elfclass // 8
            self.machine = elf["e_machine"]
            self.segments = []
            self.soname, self.needed, self.symbols, self.tables, self.versions = None, [], [], [], []
            for segment in elf.iter_segments():
                if segment["p_type"] == "PT_LOAD" and segment["p_memsz"]:
                    self.segments.append((segment["p_vaddr"], segment["p_memsz"], segment.data()))
                if isinstance(segment, DynamicSegment):
                    self.read(elf, segment)

    def read(self, elf, dynamic):
        for tag in dynamic.iter_tags():
            if tag.entry.d_tag == "DT_NEEDED":
                self.needed.append(tag.needed)
            if tag.entry.d_tag == "DT_SONAME":
                self.soname = tag.soname
        self.symbols = [(s.name, s.entry) for s in dynamic.iter_symbols()]
        for tag in dynamic.iter_tags("DT_VERSYM"):
            at = tag.entry.d_val
            self.versions = [self.halfword(at + 2 * i) for i in range(len(self.symbols))]
        for kind, table in dynamic.get_relocation_tables().items():
            is_rela = not isinstance(table, RelrRelocationTable) and table.is_RELA()
            entries = []
            for one in table.iter_relocations():
                is_packed = isinstance(table, RelrRelocationTable)
                entries.append((one["r_offset"], None if is_packed else one["r_info_type"], 0 if is_packed else one["r_info_sym"],
                                one["r_addend"] if is_rela else None))
            self.tables.append((kind, entries))

    def halfword(self, vaddr):
        for start, _, data in self.segments:
            if start <= vaddr < start + len(data):
                return int.from_bytes(data[vaddr - start:vaddr - start + 2], "little")
        return 0

    def defines(self, index):
        """Whether others may be bound to a symbol. gABI 4.4."""
        name, symbol = self.symbols[index]
        if symbol["st_shndx"] == "SHN_UNDEF" or symbol["st_info"]["bind"] not in ("STB_GLOBAL", "STB_WEAK", "STB_LOOS"):
            return False
        if symbol["st_info"]["type"] in ("STT_SECTION", "STT_FILE"):
            return False
        return not (self.versions and self.versions[index] & VERSION_IS_HIDDEN)

    def find(self, name):
        if not hasattr(self, "names"):
            self.names = {}
            for index, (own, _) in enumerate(self.symbols):
                if self.defines(index):
                    self.names.setdefault(own, index)
        return self.names.get(name)

    def address(self, index):
        symbol = self.symbols[index][1]
        if symbol["st_shndx"] == "SHN_ABS":
            return symbol["st_value"]
        return (symbol["st_value"] + self.bias) % (1 << 8 * self.word)


def gather(files, search):
    """The modules of all loads, and for each the modules that its names are looked up in."""
    modules, scopes = [], []

    def known(name):
        return next((m for m in modules if m.soname == name), None)

    for path in files:
        if any(os.path.realpath(m.path) == os.path.realpath(path) for m in modules):
            continue
        before, root = list(modules), Module(path, os.path.basename(path))
        modules.append(root)
        queue, order = [root], []
        while queue:
            module = queue.pop(0)
            if module in order:
                continue
            order.append(module)
            for name in module.needed:
                there = known(name)
                if not there:
                    beside = [p for p in files if os.path.basename(p) == name]
                    found = next((p for p in beside + [os.path.join(f, name) for f in search] if os.path.exists(p)), None)
                    if not found:
                        continue
                    there = next((m for m in modules if os.path.realpath(m.path) == os.path.realpath(found)), None)
                    if not there:
                        there = Module(found, name)
                        modules.append(there)
                queue.append(there)
        scope = before + [m for m in order if m not in before]
        scopes += [scope] * (len(modules) - len(before))
    return modules, scopes


def link(job):
    modules, scopes = gather(job["files"], job["search"])
    defines = {name: int(value, 0) for name, value in job["defines"].items()}
    start = int(job["start"], 0)
    names = [m.name for m in modules]
    if names != [m["name"] for m in job["placed"]]:
        return {"modules": names, "missing": [], "places": 0, "differs": []}
    for module, placed in zip(modules, job["placed"]):
        module.bias = int(placed["bias"], 0)
    with open(job["image"], "rb") as file:
        theirs = file.read()
    memory, missing, places, copies = bytearray(len(theirs)), set(), 0, []

    def offset(module, vaddr):
        return (vaddr + module.bias) % (1 << 8 * module.word) - start

    for module in modules:
        for vaddr, _, data in module.segments:
            at = offset(module, vaddr)
            memory[at:at + len(data)] = data

    def resolve(module, scope, index, is_copy):
        """Owner and index of a symbol's definition, or an address of the host's."""
        name, symbol = module.symbols[index]
        is_own = symbol["st_info"]["bind"] == "STB_LOCAL" or symbol["st_other"]["visibility"] != "STV_DEFAULT"
        if symbol["st_shndx"] != "SHN_UNDEF" and is_own and not is_copy:
            return module.address(index), None
        for other in scope:
            if is_copy and other is module:
                continue
            found = other.find(name)
            if found is not None:
                return other.address(found), (other, found)
        if name in defines:
            return defines[name], None
        if symbol["st_info"]["bind"] != "STB_WEAK":
            missing.add(name)
        return 0, None

    for module, scope in zip(modules, scopes):
        rules, word = RULES[module.machine], module.word
        for kind, entries in module.tables:
            for vaddr, kind_number, index, addend in entries:
                places += 1
                at = offset(module, vaddr)
                rule = "B+A" if kind_number is None else rules[kind_number]
                if rule is None:
                    continue
                if rule == "copy":
                    copies.append((module, scope, index, at))
                    continue
                a = int.from_bytes(memory[at:at + word], "little") if addend is None else addend
                if rule == "S+A" and kind == "JMPREL" and addend is None:
                    a = 0
                s = resolve(module, scope, index, False)[0] if index and rule != "B+A" else 0
                value = {"B+A": module.bias + a, "S+A": s + a, "S": s}[rule]
                memory[at:at + word] = (value % (1 << 8 * word)).to_bytes(word, "little")
    for module, scope, index, at in copies:
        address, found = resolve(module, scope, index, True)
        if found:
            count = min(module.symbols[index][1]["st_size"], found[0].symbols[found[1]][1]["st_size"])
            memory[at:at + count] = memory[address - start:address - start + count]
    differs = [hex(start + i) for i in range(len(theirs)) if memory[i] != theirs[i]] if memory != theirs else []
    return {"modules": names, "missing": sorted(missing), "places": places, "differs": differs[:8]}


for line in sys.stdin:
    print(json.dumps(link(json.loads(line))), flush=True)
