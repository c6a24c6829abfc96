"""Links ELF files as the gABI and the processor supplements say, and writes the memory image.

Written from those and on pyelftools alone, to be compared with what the loader does. Reads one job per line from stdin:
{"files": [...], "search": [...], "defines": {name: "0x.."}, "start": "0x..", "bytes": n, "biases": ["0x.."...], "out": path};
the biases are those of the modules in load order. Answers with a line for each:
{"modules": [names], "missing": [names], "resolvers": [places that hold one's address], "counts": {operation: n}} or {"unsupported": why}.
"""
import json
import os
import sys

from module import Module
from psabi import ARGUMENT_FIRST, SLOTS, TLS_DTV_OFFSET, Operation as O, operation_of, width_of
from scope import Scope
from threads import Threads

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
    def __init__(self, memory, threads):
        self.memory = memory
        self.threads = threads
        self.missing = []
        self.resolvers = []
        self.counts = {}

    def place(self, module):
        for load in module.loads:
            data = module.bytes[load["p_offset"]:load["p_offset"] + load["p_filesz"]]
            self.memory.write(module.at(load["p_vaddr"]), data)

    def word(self, module, vaddr, size=None):
        return int.from_bytes(self.memory.read(module.at(vaddr), size or module.bits // 8), "little")

    def store(self, module, vaddr, value, size=None):
        size = size or module.bits // 8
        self.memory.write(module.at(vaddr), (value % (1 << 8 * size)).to_bytes(size, "little"))

    def definition(self, module, scope, one):
        """Who defines a relocation's symbol, and the definition; the host's are (None, address). None if nobody does, and where there is no symbol."""
        if not one.symbol:
            return None
        reference = module.symbols[one.symbol]
        found = scope.find(module, reference, one.kind == SLOTS[module.machine])
        if reference.version is not None:
            self.count("VERSIONED")
        if found is None and reference.bind != "STB_WEAK" and reference.name not in self.missing:
            self.missing.append(reference.name)
        return found

    def relocate(self, module, scope):
        for vaddr in module.relr:
            self.count("RELR")
            self.store(module, vaddr, self.word(module, vaddr) + module.bias)
        for one in module.relocations:
            operation = operation_of(module.machine, module.bits, one.kind)
            self.count(operation.name)
            if operation is O.RESOLVER:
                self.resolvers.append(module.at(one.offset))
            if operation is O.TLS_DESCRIPTOR:
                self.describe(module, scope, one)
            elif operation not in (O.NONE, O.COPY):
                size = width_of(module.machine, module.bits, one.kind)
                a = self.word(module, one.offset, size) if one.addend is None else one.addend
                self.store(module, one.offset, self.value(module, scope, one, operation, a), size)

    def value(self, module, scope, one, operation, a):
        if operation in (O.B_A, O.RESOLVER):
            return module.bias + a
        definition = self.definition(module, scope, one)
        if operation in (O.TLS_MODULE, O.TLS_OFFSET, O.TLS_THREAD, O.TLS_BELOW):
            return self.thread_local(module, one, definition, operation, a)
        s, t, z = self.symbol(definition)
        if operation is O.S or (operation in (O.SLOT, O.SLOT_T) and one.addend is None):
            a = 0
        if operation is O.Z_A:
            return z + a
        p = module.at(one.offset) if operation in (O.S_A_P, O.S_A_P_T) else 0
        return ((s + a) | t if operation in (O.S_A_T, O.SLOT_T, O.S_A_P_T) else s + a) - p

    def symbol(self, definition):
        """S, T and Z. Of a function with a resolver S is the resolver, until somebody calls it. What nobody defines is 0."""
        if definition is None:
            return 0, 0, 0
        owner, symbol = definition
        if owner is None:
            return symbol, 0, 0
        if symbol.kind == "STT_TLS":
            raise NotImplementedError(f"{owner.name}: {symbol.name} is thread-local")
        t = int(owner.machine == "EM_ARM" and symbol.is_thumb)
        return owner.address(symbol) - t, t, symbol.size

    def variable(self, module, one, definition):
        """The module and the offset in its block of a thread-local variable; without a symbol it is the module's own. (None, 0) if nobody has it."""
        if not one.symbol or module.symbols[one.symbol].bind == "STB_LOCAL":
            return module, module.symbols[one.symbol].value
        if definition is None:
            return None, 0
        owner, symbol = definition
        if owner not in self.threads.numbers:
            raise NotImplementedError(f"{module.name}: {module.symbols[one.symbol].name} is not thread-local")
        return owner, symbol.value

    def thread_local(self, module, one, definition, operation, a):
        owner, offset = self.variable(module, one, definition)
        if operation is O.TLS_MODULE:
            return self.threads.numbers[owner] if owner else 0
        if operation is O.TLS_OFFSET:
            return offset + a - TLS_DTV_OFFSET.get(module.machine, 0)
        if owner and owner not in self.threads.offsets:
            raise NotImplementedError(f"{module.name}: {owner.name} has no room in every thread")
        block = self.threads.offsets[owner] if owner else 0
        return a - (block + offset) if operation is O.TLS_BELOW else block + offset + a

    def describe(self, module, scope, one):
        each = module.bits // 8
        function, argument = (each, 0) if module.machine in ARGUMENT_FIRST else (0, each)
        a = self.word(module, one.offset + argument) if one.addend is None else one.addend
        owner, offset = self.variable(module, one, self.definition(module, scope, one))
        offset += a
        if owner is None:
            kind = "absent"
        elif owner in self.threads.offsets:
            kind, offset = "static", self.threads.offsets[owner] + offset
        else:
            kind, offset = "dynamic", self.threads.numbers[owner] << module.bits // 2 | offset
        self.store(module, one.offset + function, scope.defines[f"lw_tls_{kind}"])
        self.store(module, one.offset + argument, offset)

    def copy(self, module, scope):
        """COPY comes last: "as if those relocations were performed before the copy was made"."""
        for one in module.relocations:
            if operation_of(module.machine, module.bits, one.kind) is not O.COPY:
                continue
            reference = module.symbols[one.symbol]
            owner, symbol = scope.find(module, reference, without=module)
            size = min(symbol.size, reference.size)  # the library may have grown since the program was linked, or shrunk
            self.memory.write(module.at(one.offset), self.memory.read(owner.address(symbol), size))

    def count(self, name):
        self.counts[name] = self.counts.get(name, 0) + 1


def link(job):
    groups = list(groups_of(job["files"], job["search"]))
    modules = [module for group in groups for module in group]
    linker = Linker(Memory(int(job["start"], 16), job["bytes"]), Threads(modules[0].machine))
    if len(modules) == len(job["biases"]):
        for module, bias in zip(modules, job["biases"]):
            module.bias = int(bias, 16)
        defines = {name: int(address, 16) for name, address in job["defines"].items()}
        known = []
        for group in groups:
            known = known + group  # what a later file brings is not there yet
            scope = Scope(known, defines)
            for module in group:
                linker.threads.add(module)
            for step in (lambda one: linker.place(one), lambda one: linker.relocate(one, scope), lambda one: linker.copy(one, scope)):
                for module in group:
                    step(module)
        with open(job["out"], "wb") as file:
            file.write(linker.memory.image)
    return {"modules": [module.name for module in modules], "missing": linker.missing, "resolvers": [hex(one) for one in linker.resolvers], "counts": linker.counts}


for line in sys.stdin:
    try:
        answer = link(json.loads(line))
    except (NotImplementedError, ValueError) as error:
        answer = {"unsupported": str(error)}
    print(json.dumps(answer), flush=True)
