"""What static relocations store, machine by machine, as the processor supplements say: those that kernels' modules have.

S is the symbol's address with the bit of its encoding, A the addend, P the place. A row is a type's name and a Field; a Field tells the value, the
place's new content, or None where the value does not fit, and the value that a place holds.
"""
from dataclasses import dataclass
from typing import Callable


def signed(value, bits):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


def fits_signed(value, bits):
    return -(1 << bits - 1) <= value < 1 << bits - 1


def fits_unsigned(value, bits):
    return 0 <= value < 1 << bits


def page(address):
    return address & ~0xfff


@dataclass(frozen=True)
class Field:
    size: int
    value: Callable  # (S + A, P)
    encode: Callable  # (word, value) -> word or None
    held: Callable = None  # (word) -> the value that is in the place: of REL, A
    is_branch: bool = False


def plain(size, is_pc=False, fits=None, is_branch=False):
    """A whole word."""
    bits = 8 * size
    return Field(
        size, (lambda x, p: x - p) if is_pc else (lambda x, p: x),
        lambda word, value: value & ((1 << bits) - 1) if fits is None or fits(value, bits) else None,
        lambda word: signed(word, bits), is_branch)


def either(value, bits):
    return fits_signed(value, bits) or fits_unsigned(value, bits)


def run(at, width, shift, is_pc=False, top=None, is_page=False, is_branch=False):
    """An instruction of 32 bits with a run of bits in it: `width` bits of the value from bit `shift` on, at bit `at`; `top`: it has to fit that many, signed."""
    mask = (1 << width) - 1

    def encode(word, value):
        if value & ((1 << shift) - 1) and (top is not None or shift and not is_page):
            return None
        if top is not None and not fits_signed(value, top):
            return None
        return word & ~(mask << at) | (value >> shift & mask) << at

    value = (lambda x, p: page(x) - page(p)) if is_page else (lambda x, p: x - p) if is_pc else (lambda x, p: x)
    return Field(4, value, encode, lambda word: signed((word >> at & mask) << shift, width + shift), is_branch)


def adr(is_page):
    """AArch64 ADR and ADRP: the lower two bits of 21 are apart."""
    def encode(word, value):
        if not fits_signed(value, 33 if is_page else 21):
            return None
        number = value >> 12 if is_page else value
        return word & ~(3 << 29 | 0x7ffff << 5) | (number & 3) << 29 | (number >> 2 & 0x7ffff) << 5
    return Field(4, (lambda x, p: page(x) - page(p)) if is_page else (lambda x, p: x - p), encode)


def low(scale):
    """AArch64: the lower 12 bits, in units of what the instruction loads."""
    def encode(word, value):
        value &= 0xfff
        return None if value & ((1 << scale) - 1) else word & ~(0xfff << 10) | value >> scale << 10
    return Field(4, lambda x, p: x, encode)


def arm_branch():
    """Arm B, BL: 24 bits of words; to Thumb code only a BL gets, as BLX."""
    def encode(word, value):
        if not fits_signed(value, 26):
            return None
        if value & 1:
            if word >> 28 != 0xf and word >> 24 & 0xf != 0xb:
                return None
            return 0xfa000000 | (value >> 1 & 1) << 24 | value >> 2 & 0xffffff
        return None if value & 2 else word & 0xff000000 | value >> 2 & 0xffffff
    return Field(4, lambda x, p: x - p, encode, lambda word: signed(word << 2, 26), is_branch=True)


def arm_move(is_top):
    """Arm MOVW and MOVT: 16 bits, the upper four apart."""
    def encode(word, value):
        half = value >> 16 & 0xffff if is_top else value & 0xffff
        return word & ~0xf0fff | (half & 0xf000) << 4 | half & 0xfff
    return Field(4, lambda x, p: x, encode, lambda word: signed((word >> 4 & 0xf000) | word & 0xfff, 16))


def prel31():
    return Field(
        4, lambda x, p: x - p, lambda word, value: word & 1 << 31 | value & 0x7fffffff if fits_signed(value, 31) else None, lambda word: signed(word, 31))


FIELDS = {
    # System V ABI, AMD64 supplement, "Relocation Types"
    "EM_X86_64": {
        0: ("R_X86_64_NONE", None), 1: ("R_X86_64_64", plain(8)), 2: ("R_X86_64_PC32", plain(4, True, fits_signed)),
        4: ("R_X86_64_PLT32", plain(4, True, fits_signed, is_branch=True)), 10: ("R_X86_64_32", plain(4, False, fits_unsigned)),
        11: ("R_X86_64_32S", plain(4, False, fits_signed)), 24: ("R_X86_64_PC64", plain(8, True)),
    },
    # System V ABI, Intel386 supplement, "Relocation Types"
    "EM_386": {0: ("R_386_NONE", None), 1: ("R_386_32", plain(4)), 2: ("R_386_PC32", plain(4, True)), 4: ("R_386_PLT32", plain(4, True, is_branch=True))},
    # ELF for the Arm 64-bit architecture, "Static AArch64 relocations"
    "EM_AARCH64": {
        0: ("R_AARCH64_NONE", None), 257: ("R_AARCH64_ABS64", plain(8)), 258: ("R_AARCH64_ABS32", plain(4, False, either)), 260: ("R_AARCH64_PREL64", plain(8, True)),
        261: ("R_AARCH64_PREL32", plain(4, True, either)), 274: ("R_AARCH64_ADR_PREL_LO21", adr(False)), 275: ("R_AARCH64_ADR_PREL_PG_HI21", adr(True)),
        277: ("R_AARCH64_ADD_ABS_LO12_NC", low(0)), 278: ("R_AARCH64_LDST8_ABS_LO12_NC", low(0)), 279: ("R_AARCH64_TSTBR14", run(5, 14, 2, True, 16)),
        280: ("R_AARCH64_CONDBR19", run(5, 19, 2, True, 21)), 282: ("R_AARCH64_JUMP26", run(0, 26, 2, True, 28, is_branch=True)),
        283: ("R_AARCH64_CALL26", run(0, 26, 2, True, 28, is_branch=True)), 284: ("R_AARCH64_LDST16_ABS_LO12_NC", low(1)),
        285: ("R_AARCH64_LDST32_ABS_LO12_NC", low(2)), 286: ("R_AARCH64_LDST64_ABS_LO12_NC", low(3)), 299: ("R_AARCH64_LDST128_ABS_LO12_NC", low(4)),
    },
    # ELF for the Arm architecture, "Static Arm relocations"
    "EM_ARM": {
        0: ("R_ARM_NONE", None), 2: ("R_ARM_ABS32", plain(4)), 3: ("R_ARM_REL32", plain(4, True)), 28: ("R_ARM_CALL", arm_branch()), 29: ("R_ARM_JUMP24", arm_branch()),
        40: ("R_ARM_V4BX", None), 42: ("R_ARM_PREL31", prel31()), 43: ("R_ARM_MOVW_ABS_NC", arm_move(False)), 44: ("R_ARM_MOVT_ABS", arm_move(True)),
    },
}
