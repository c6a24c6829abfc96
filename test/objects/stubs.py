"""Where code goes that does nothing but go elsewhere: a few instructions of each machine, followed in a memory image."""
from fields import signed

STEPS = 6


def follow(machine, memory, at):
    """The address that code at `at` jumps to before it does anything else, or None. `memory(address, size)` answers with a number, or None outside of the image."""
    return FOLLOWERS[machine](memory, at)


def x86_64(memory, at):
    if memory(at, 4) == 0xfa1e0ff3:  # endbr64
        at += 4
    if memory(at, 2) != 0x25ff:  # jmp *disp(%rip)
        return None
    return memory(at + 6 + signed(memory(at + 2, 4), 32), 8)


def i386(memory, at):
    return memory(memory(at + 2, 4), 4) if memory(at, 2) == 0x25ff else None  # jmp *slot


def aarch64(memory, at):
    registers = {}
    for _ in range(STEPS):
        word = memory(at, 4)
        if word is None:
            return None
        d, n = word & 31, word >> 5 & 31
        if word & 0x9f000000 == 0x90000000:  # adrp
            registers[d] = (at & ~0xfff) + (signed((word >> 5 & 0x7ffff) << 2 | word >> 29 & 3, 21) << 12)
        elif word & 0xffc00000 == 0xf9400000:  # ldr x, [x, #]
            address = registers.get(n)
            registers[d] = None if address is None else memory(address + (word >> 10 & 0xfff) * 8, 8)
        elif word & 0xff000000 == 0x58000000:  # ldr x, literal
            registers[d] = memory(at + signed(word >> 5 & 0x7ffff, 19) * 4, 8)
        elif word & 0xffc00000 == 0x91000000:  # add x, x, #
            registers[d] = registers[n] + (word >> 10 & 0xfff) if registers.get(n) is not None else None
        elif word & 0xfffffc1f == 0xd61f0000:  # br
            return registers.get(n)
        elif word & 0xffffff3f != 0xd503241f:  # bti
            return None
        at += 4
    return None


def arm(memory, at):
    registers = {}
    for _ in range(STEPS):
        word = memory(at, 4)
        if word is None:
            return None
        registers[15] = at + 8
        d, n = word >> 12 & 15, word >> 16 & 15
        if word & 0xfff00000 == 0xe3000000:  # movw
            registers[d] = (word >> 4 & 0xf000) | word & 0xfff
        elif word & 0xfff00000 == 0xe3400000:  # movt
            registers[d] = registers.get(d, 0) & 0xffff | ((word >> 4 & 0xf000) | word & 0xfff) << 16
        elif word & 0xff700000 == 0xe5100000:  # ldr r, [r, #]
            if n not in registers:
                return None
            offset = word & 0xfff
            value = memory(registers[n] + (offset if word >> 23 & 1 else -offset) & 0xffffffff, 4)
            if d == 15:
                return value
            registers[d] = value
        elif word & 0xfff00ff0 == 0xe0800000:  # add r, r, r
            registers[d] = registers.get(n, 0) + registers.get(word & 15, 0) & 0xffffffff
        elif word & 0xfff00ff0 == 0xe7900000:  # ldr r, [r, r]
            value = memory(registers.get(n, 0) + registers.get(word & 15, 0) & 0xffffffff, 4)
            if d == 15:
                return value
            registers[d] = value
        elif word & 0xfff00000 == 0xe2800000:  # add r, r, #
            turn, number = word >> 7 & 30, word & 0xff
            registers[d] = registers.get(n, 0) + (number >> turn | number << 32 - turn) & 0xffffffff
        elif word & 0xfffffff0 == 0xe12fff10:  # bx
            return registers.get(word & 15)
        else:
            return None
        at += 4
    return None


FOLLOWERS = {"EM_X86_64": x86_64, "EM_386": i386, "EM_AARCH64": aarch64, "EM_ARM": arm}
