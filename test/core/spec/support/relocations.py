"""The relocation types that loaders meet, as LIEF and pyelftools number them: `machine bits number name`, a line each."""
from elftools.elf import enums
import lief

TYPES = lief.ELF.Relocation.TYPE
# LIEF keeps the machine in the bits above.
NUMBER = (1 << 27) - 1
NAMES = ("NONE", "COPY", "GLOB_DAT", "JUMP_SLOT", "RELATIVE")

# e_machine (gABI 4.1), class, what LIEF calls the plain word, prefix and table of pyelftools.
MACHINES = (
    (3, 32, "X86_", "32", "R_386_", "i386"),
    (40, 32, "ARM_", "ABS32", "R_ARM_", "ARM"),
    (62, 64, "X86_64_", "64", "R_X86_64_", "x64"),
    (183, 64, "AARCH64_", "ABS64", "R_AARCH64_", "AARCH64"),
    (243, 32, "RISCV_", "32", "R_RISCV_", None),
    (243, 64, "RISCV_", "64", "R_RISCV_", None),
    (258, 64, "LARCH_", "64", "R_LARCH_", "LOONGARCH"),
)

for machine, bits, prefix, word, other, table in MACHINES:
    theirs = getattr(enums, "ENUM_RELOC_TYPE_" + table) if table else {}
    for name in (*NAMES, word):
        if not hasattr(TYPES, prefix + name):
            continue
        number = int(getattr(TYPES, prefix + name)) & NUMBER
        # AAELF64 5.7: NONE is 0, and 256 in old files, which is what pyelftools has.
        if theirs.get(other + name, number) != number and (machine, name) != (183, "NONE"):
            raise SystemExit(f"{prefix}{name} is {number} in one and {theirs[other + name]} in the other")
        print(machine, bits, number, "WORD" if name == word else name)
