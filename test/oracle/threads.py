"""Where thread-local blocks lie: ELF Handling For Thread-Local Storage, chapter 3; how much room there is, docs/abi.md says."""
from psabi import BELOW, CONTROL

RESERVE = 4096


def roundup(value, align):
    return -(-value // align) * align


class Threads:
    """Blocks of modules, in load order: their numbers, and their offsets from the thread pointer where they have one."""

    def __init__(self, machine):
        self.is_below = machine in BELOW
        self.used = 0 if self.is_below else CONTROL[machine]
        self.numbers = {}
        self.offsets = {}

    def add(self, module):
        """A block for a module that has thread-local variables."""
        if module.block is None:
            return
        self.numbers[module] = len(self.numbers) + 1
        size, align = module.block["p_memsz"], max(module.block["p_align"], 1)
        skew = module.block["p_vaddr"] % align
        if self.is_below:
            offset = -(roundup(self.used + size + skew, align) - skew)
            end = -offset
        else:
            offset = roundup(self.used - skew, align) + skew
            end = offset + size
        if end <= RESERVE and align <= RESERVE:
            self.offsets[module] = offset
            self.used = end
