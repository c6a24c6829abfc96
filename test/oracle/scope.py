"""Symbol lookup: gABI 5, "Shared Object Dependencies", and versions as the LSB's "Symbol Versioning" and glibc have them."""

FIRST_VERSION = 2


def definition_in(module, name, wanted, takes_stubs):
    """The definition of a module that a reference means."""
    defaults = []
    for symbol in module.by_name.get(name, ()):
        # A program that takes a library function's address has it at its own stub: st_value of an undefined symbol.
        is_stub = takes_stubs and not symbol.is_defined and symbol.value != 0 and symbol.kind == "STT_FUNC"
        if not is_stub and not symbol.is_defined:
            continue
        if "DT_VERSYM" not in module.tags:
            return symbol  # a library that knows no versions
        is_unversioned = symbol.version is None and not symbol.is_hidden
        if wanted is not None and (symbol.version == wanted or is_unversioned):
            return symbol
        # Who was linked when there were no versions means what became the first of them; else it must be plain which one it is.
        if wanted is None and symbol.version_index <= FIRST_VERSION:
            return symbol
        if wanted is None and not symbol.is_hidden:
            defaults.append(symbol)
    return defaults[0] if len(defaults) == 1 else None


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
        found = self._search([module] if module.is_symbolic else [], reference, is_slot, without)
        if found and not found[1].is_unique:
            return found
        found = self._search(self.modules, reference, is_slot, without)
        if found is None and reference.name in self.defines:
            return None, self.defines[reference.name]
        return found

    def _search(self, modules, reference, is_slot, without):
        for other in modules:
            if other is not without:
                found = definition_in(other, reference.name, reference.version, not is_slot)
                if found:
                    return other, found
        return None
