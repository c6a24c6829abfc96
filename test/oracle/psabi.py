"""What dynamic relocations store, machine by machine, as the processor supplements say.

S is the symbol's address, A the addend, B the bias, P the place, Z the symbol's size, T the Thumb bit. Names: the operations of `Operation`.
"""
from enum import Enum, auto


class Operation(Enum):
    NONE = auto()
    S = auto()         # the symbol alone: an addend is ignored
    S_A = auto()
    S_A_T = auto()     # (S + A) | T
    SLOT = auto()      # S + A, or S where the table has no addends: the place holds a way into the lazy binder
    SLOT_T = auto()
    S_A_P = auto()
    S_A_P_T = auto()   # ((S + A) | T) - P
    Z_A = auto()
    B_A = auto()
    RESOLVER = auto()  # B + A, until somebody calls what is there and stores what it returns
    COPY = auto()
    TLS_MODULE = auto()      # the number of the module whose block it is
    TLS_OFFSET = auto()      # where in the block
    TLS_THREAD = auto()      # where from the thread pointer
    TLS_BELOW = auto()       # the same, subtracted
    TLS_DESCRIPTOR = auto()  # two words: a function and what it is given


O = Operation

OPERATIONS = {
    # System V ABI, AMD64 supplement, "Relocation Types"
    "EM_X86_64": {
        0: O.NONE, 1: O.S_A, 2: O.S_A_P, 5: O.COPY, 6: O.S, 7: O.S, 8: O.B_A, 10: O.S_A, 11: O.S_A, 16: O.TLS_MODULE, 17: O.TLS_OFFSET, 18: O.TLS_THREAD,
        24: O.S_A_P, 32: O.Z_A, 33: O.Z_A, 36: O.TLS_DESCRIPTOR, 37: O.RESOLVER,
    },
    # System V ABI, Intel386 supplement, "Relocation Types"; ELF Handling For Thread-Local Storage, 4.2: 37 is the one that is subtracted
    "EM_386": {
        0: O.NONE, 1: O.S_A, 2: O.S_A_P, 5: O.COPY, 6: O.S, 7: O.S, 8: O.B_A, 14: O.TLS_THREAD, 20: O.S_A, 21: O.S_A_P, 35: O.TLS_MODULE, 36: O.TLS_OFFSET, 37: O.TLS_BELOW,
        38: O.Z_A, 41: O.TLS_DESCRIPTOR, 42: O.RESOLVER,
    },
    # ELF for the Arm 64-bit architecture, "Dynamic relocations"
    "EM_AARCH64": {
        0: O.NONE, 257: O.S_A, 258: O.S_A, 259: O.S_A, 260: O.S_A_P, 261: O.S_A_P, 262: O.S_A_P, 1024: O.COPY, 1025: O.S_A, 1026: O.SLOT,
        1027: O.B_A, 1028: O.TLS_MODULE, 1029: O.TLS_OFFSET, 1030: O.TLS_THREAD, 1031: O.TLS_DESCRIPTOR, 1032: O.RESOLVER,
    },
    # ELF for the Arm architecture, "Dynamic relocations"
    "EM_ARM": {
        0: O.NONE, 2: O.S_A_T, 3: O.S_A_P_T, 5: O.S_A, 13: O.TLS_DESCRIPTOR, 17: O.TLS_MODULE, 18: O.TLS_OFFSET, 19: O.TLS_THREAD, 20: O.COPY,
        21: O.S_A_T, 22: O.SLOT_T, 23: O.B_A, 55: O.S_A, 56: O.S_A_P, 160: O.RESOLVER,
    },
    # RISC-V ELF psABI, "Relocations"
    "EM_RISCV": {
        0: O.NONE, 1: O.S_A, 2: O.S_A, 3: O.B_A, 4: O.COPY, 5: O.S, 6: O.TLS_MODULE, 7: O.TLS_MODULE, 8: O.TLS_OFFSET, 9: O.TLS_OFFSET,
        10: O.TLS_THREAD, 11: O.TLS_THREAD, 12: O.TLS_DESCRIPTOR, 58: O.RESOLVER,
    },
    # ELF for the LoongArch architecture, "Relocations"
    "EM_LOONGARCH": {
        0: O.NONE, 1: O.S_A, 2: O.S_A, 3: O.B_A, 4: O.COPY, 5: O.S, 6: O.TLS_MODULE, 7: O.TLS_MODULE, 8: O.TLS_OFFSET, 9: O.TLS_OFFSET,
        10: O.TLS_THREAD, 11: O.TLS_THREAD, 12: O.RESOLVER, 13: O.TLS_DESCRIPTOR, 14: O.TLS_DESCRIPTOR, 99: O.S_A_P, 109: O.S_A_P,
    },
}

SLOTS = {"EM_X86_64": 7, "EM_386": 7, "EM_AARCH64": 1026, "EM_ARM": 22, "EM_RISCV": 5, "EM_LOONGARCH": 5}

# Types of the other class.
FOREIGN = {
    ("EM_RISCV", 32): {2, 7, 9, 11}, ("EM_RISCV", 64): {1, 6, 8, 10},
    ("EM_LOONGARCH", 32): {2, 7, 9, 11, 14, 109}, ("EM_LOONGARCH", 64): {6, 8, 10, 13},
}

# Bytes of what is no word.
WIDTHS = {
    "EM_X86_64": {2: 4, 10: 4, 11: 4, 32: 4}, "EM_386": {20: 2, 21: 2}, "EM_AARCH64": {258: 4, 259: 2, 261: 4, 262: 2}, "EM_ARM": {5: 2},
    "EM_LOONGARCH": {1: 4, 99: 4},
}

# The thread pointer. Variant II: blocks end below it. Variant I: they begin above it, behind the thread control block of as many bytes.
BELOW = {"EM_X86_64", "EM_386"}
CONTROL = {"EM_AARCH64": 16, "EM_ARM": 8, "EM_RISCV": 0, "EM_LOONGARCH": 0}

# RISC-V ELF psABI, "Thread Local Storage": __tls_get_addr adds what offsets lack.
TLS_DTV_OFFSET = {"EM_RISCV": 0x800}

# Thread-Local Storage Descriptors for the ARM platform (RFC-TLSDESC-ARM), as its dynamic linkers have it: the argument lies before the function.
ARGUMENT_FIRST = {"EM_ARM"}


def operation_of(machine, bits, kind):
    """The operation of a relocation's type."""
    operation = OPERATIONS[machine].get(kind)
    if operation is None or kind in FOREIGN.get((machine, bits), ()):
        raise NotImplementedError(f"{machine}: relocation type {kind}")
    return operation


def width_of(machine, bits, kind):
    """How many bytes it stores."""
    return WIDTHS.get(machine, {}).get(kind, bits // 8)
