"""Symbol lookup: gABI 5, "Shared Object Dependencies", and versions as the LSB's "Symbol Versioning" has them."""


def matches(wanted, definition, module):
    """Whether a definition is one that a reference means."""
    if wanted is None:
        return not definition.is_hidden
    if "DT_VERDEF" not in module.tags:
        return True  # a library that knows no versions
    return definition.version == wanted or (definition.version is None and not definition.is_hidden)


def definition_in(module, name, wanted, takes_stubs):
    """The first definition of a module."""
    for symbol in module.by_name.get(name, ()):
        # A program that takes a library function's address has it at its own stub: st_value of an undefined symbol.
        is_stub = takes_stubs and not symbol.is_defined and symbol.value != 0 and symbol.kind == "STT_FUNC"
        if is_stub or (symbol.is_defined and matches(wanted, symbol, module)):
            return symbol
    return None


class Scope:
    """Modules in load order, then the symbols of the host."""

    def __init__(self, modules, defines):
        self.modules = modules
        self.defines = defines

    def find(self, module, reference, is_slot=False, without=None):
        """The module that defines what a module's symbol refers to, and the definition; the host's are (None, address).

        Returns None if there is none.
        """
        if reference.is_defined and (reference.is_local or reference.visibility == "STV_PROTECTED"):
            return module, reference
        first = [module] if module.is_symbolic else []
        for other in first + self.modules:
            if other is without:
                continue
            found = definition_in(other, reference.name, reference.version, not is_slot)
            if found:
                return other, found
        if reference.name in self.defines:
            return None, self.defines[reference.name]
        return None
