// What a core is built without, by asc's `--use LW_NO_...=1`: parts that a host may do without are no code then.

/** Thread-local storage: a module that has any, or refers to any, is refused with TlsRefused. */
@inline export function hasTls(): bool { return !isDefined(LW_NO_TLS); }

/** Functions that are bound when they are first called: without, all are bound at once. */
@inline export function hasLazy(): bool { return !isDefined(LW_NO_LAZY); }

/** Objects (ET_REL) and archives of them: without, they are refused with UnsupportedType. */
@inline export function hasObjects(): bool { return !isDefined(LW_NO_OBJECTS); }

/** What objects have for debuggers: without, it is nobody's to relocate, and Flag.Debug asks for nothing. */
@inline export function hasDebug(): bool { return hasObjects() && !isDefined(LW_NO_DEBUG); }

/** Versions of symbols: without, a name is its default definition, and nobody asks whether a library has the versions that are needed of it. */
@inline export function hasVersions(): bool { return !isDefined(LW_NO_VERSIONS); }
