"""Links ELF files as the gABI and the processor supplements say, and writes the memory image.

Written from those and on pyelftools alone, to be compared with what the loader does. Reads one job per line from stdin:
{"files": [...], "search": [...], "defines": {name: "0x.."}, "start": "0x..", "bytes": n, "biases": ["0x.."...], "out": path};
the biases are those of the modules in load order. Answers with a line for each:
{"modules": [names], "missing": [names], "counts": {operation: n}} or {"unsupported": why}.
"""
import json
import os
import sys

from module import Module
from psabi import SLOTS, Operation as O, operation_of
from scope import Scope

_read = {}


def module_of(name, path):
    """Files are read once for all jobs: only the bias differs."""
    if path not in _read:
        _read[path] = Module(path)
    _read[path].name = name
    return _read[path]


def groups_of(files, search):
    """The modules in load order: for each file, it and what it needs, breadth first."""
    loaded = []
    for file in files:
        group = []
        queue = [(os.path.basename(file), file)]
        while queue:
            name, path = queue.pop(0)
            if path is None:
                if any(module.answers_to(name) for module in loaded):
                    continue
                among = [one for one in files if os.path.basename(one) == name] + [os.path.join(folder, name) for folder in search]
                path = next((one for one in among if os.path.isfile(one)), None)
            if path is None or any(os.path.samefile(path, module.path) for module in loaded):
                continue
            module = module_of(name, path)
            loaded.append(module)
            group.append(module)
            queue.extend((needed, None) for needed in module.needed)
        yield group


class Memory:
    """The image: zero where nothing lies."""

    def __init__(self, start, size):
        self.start = start
        self.image = bytearray(size)

    def _at(self, address, size):
        offset = address - self.start
        if offset < 0 or offset + size > len(self.image):
            raise ValueError(f"{address:#x} is outside of the image")
        return offset

    def read(self, address, size):
        offset = self._at(address, size)
        return bytes(self.image[offset:offset + size])

    def write(self, address, data):
        offset = self._at(address, len(data))
        self.image[offset:offset + len(data)] = data


class Linker:
    def __init__(self, memory):
        self.memory = memory
        self.missing = []
        self.counts = {}

    def place(self, module):
        for load in module.loads:
            data = module.bytes[load["p_offset"]:load["p_offset"] + load["p_filesz"]]
            self.memory.write(module.at(load["p_vaddr"]), data)

    def word(self, module, vaddr):
        return int.from_bytes(self.memory.read(module.at(vaddr), module.bits // 8), "little")

    def store(self, module, vaddr, value):
        self.memory.write(module.at(vaddr), (value % (1 << module.bits)).to_bytes(module.bits // 8, "little"))

    def symbol(self, module, scope, reference, is_slot):
        """S and T of a reference. A weak one that nobody defines is 0, and so is what may be missing."""
        found = scope.find(module, reference, is_slot)
        if found is None:
            if reference.bind != "STB_WEAK" and reference.name not in self.missing:
                self.missing.append(reference.name)
            return 0, 0
        owner, symbol = found
        if owner is None:
            return symbol, 0
        if symbol.kind in ("STT_TLS", "STT_GNU_IFUNC", "STT_LOOS"):
            raise NotImplementedError(f"{module.name}: {symbol.name} is {symbol.kind}")
        return owner.address(symbol), int(symbol.kind == "STT_FUNC" and symbol.value & 1)

    def relocate(self, module, scope):
        for vaddr in module.relr:
            self.count("RELR")
            self.store(module, vaddr, self.word(module, vaddr) + module.bias)
        for one in module.relocations:
            operation = operation_of(module.machine, module.bits, one.kind)
            self.count(operation.name)
            if operation not in (O.NONE, O.COPY):
                self.store(module, one.offset, self.value(module, scope, one, operation))

    def value(self, module, scope, one, operation):
        a = self.word(module, one.offset) if one.addend is None else one.addend
        if operation is O.B_A:
            return module.bias + a
        if operation is O.S or (operation in (O.SLOT, O.SLOT_T) and one.addend is None):
            a = 0
        is_slot = one.kind == SLOTS[module.machine]
        s, t = self.symbol(module, scope, module.symbols[one.symbol], is_slot) if one.symbol else (0, 0)
        return (s + a) | t if operation in (O.S_A_T, O.SLOT_T) else s + a

    def copy(self, module, scope):
        """COPY comes last: "as if those relocations were performed before the copy was made"."""
        for one in module.relocations:
            if operation_of(module.machine, module.bits, one.kind) is not O.COPY:
                continue
            reference = module.symbols[one.symbol]
            owner, symbol = scope.find(module, reference, without=module)
            if symbol.size != reference.size:
                raise ValueError(f"{reference.name} has room for {reference.size} bytes and takes {symbol.size}")
            self.memory.write(module.at(one.offset), self.memory.read(owner.address(symbol), symbol.size))

    def count(self, name):
        self.counts[name] = self.counts.get(name, 0) + 1


def link(job):
    groups = list(groups_of(job["files"], job["search"]))
    modules = [module for group in groups for module in group]
    linker = Linker(Memory(int(job["start"], 16), job["bytes"]))
    if len(modules) == len(job["biases"]):
        for module, bias in zip(modules, job["biases"]):
            module.bias = int(bias, 16)
        defines = {name: int(address, 16) for name, address in job["defines"].items()}
        known = []
        for group in groups:
            known = known + group  # what a later file brings is not there yet
            scope = Scope(known, defines)
            for step in (lambda one: linker.place(one), lambda one: linker.relocate(one, scope), lambda one: linker.copy(one, scope)):
                for module in group:
                    step(module)
        with open(job["out"], "wb") as file:
            file.write(linker.memory.image)
    return {"modules": [module.name for module in modules], "missing": linker.missing, "counts": linker.counts}


for line in sys.stdin:
    try:
        answer = link(json.loads(line))
    except NotImplementedError as error:
        answer = {"unsupported": str(error)}
    print(json.dumps(answer), flush=True)
