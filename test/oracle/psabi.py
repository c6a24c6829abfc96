"""What dynamic relocations store, machine by machine, as the processor supplements say.

S is the symbol's address, A the addend, B the bias, T the Thumb bit. Names: the operations of `Operation`.
"""
from enum import Enum, auto


class Operation(Enum):
    NONE = auto()
    S = auto()         # the symbol alone: an addend is ignored
    S_A = auto()
    S_A_T = auto()     # (S + A) | T
    SLOT = auto()      # S + A, or S where the table has no addends: the place holds a way into the lazy binder
    SLOT_T = auto()
    B_A = auto()
    COPY = auto()


O = Operation

OPERATIONS = {
    # System V ABI, AMD64 supplement, "Relocation Types". 37 is IRELATIVE: the resolver's address is what is left in the place
    "EM_X86_64": {0: O.NONE, 1: O.S_A, 5: O.COPY, 6: O.S, 7: O.S, 8: O.B_A, 37: O.B_A},
    # System V ABI, Intel386 supplement, "Relocation Types"
    "EM_386": {0: O.NONE, 1: O.S_A, 5: O.COPY, 6: O.S, 7: O.S, 8: O.B_A, 42: O.B_A},
    # ELF for the Arm 64-bit architecture, "Dynamic relocations"
    "EM_AARCH64": {0: O.NONE, 257: O.S_A, 1024: O.COPY, 1025: O.S_A, 1026: O.SLOT, 1027: O.B_A, 1032: O.B_A},
    # ELF for the Arm architecture, "Dynamic relocations"
    "EM_ARM": {0: O.NONE, 2: O.S_A_T, 20: O.COPY, 21: O.S_A_T, 22: O.SLOT_T, 23: O.B_A, 160: O.B_A},
    # RISC-V ELF psABI, "Relocations"; 1 and 2 are the words of the two classes
    "EM_RISCV": {0: O.NONE, 1: O.S_A, 2: O.S_A, 3: O.B_A, 4: O.COPY, 5: O.S, 58: O.B_A},
    # ELF for the LoongArch architecture, "Relocations"
    "EM_LOONGARCH": {0: O.NONE, 1: O.S_A, 2: O.S_A, 3: O.B_A, 4: O.COPY, 5: O.S, 12: O.B_A},
}

SLOTS = {"EM_X86_64": 7, "EM_386": 7, "EM_AARCH64": 1026, "EM_ARM": 22, "EM_RISCV": 5, "EM_LOONGARCH": 5}

# A word of the other class is not a word of this one.
FOREIGN = {("EM_RISCV", 32): 2, ("EM_RISCV", 64): 1, ("EM_LOONGARCH", 32): 2, ("EM_LOONGARCH", 64): 1}


def operation_of(machine, bits, kind):
    """The operation of a relocation's type."""
    operation = OPERATIONS[machine].get(kind)
    if operation is None or FOREIGN.get((machine, bits)) == kind:
        raise NotImplementedError(f"{machine}: relocation type {kind}")
    return operation
