// What a host can ask for and say while modules are linked: versions, scopes, resolvers before and behind, what a relocation takes, patches.

import assert from "node:assert/strict";
import { copyFileSync, linkSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { type Context, FaultError, type Interception, type LinkwrightOptions, Linkwright, type Module, OptionError, type Reference } from "./package.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { library, objectOf } from "../support/compile.js";
import { fixturePath } from "../support/files.js";
import { ownFolder } from "../support/folder.js";

const folder = ownFolder();
const R_X86_64_COPY = 5, R_X86_64_JUMP_SLOT = 7;

/** Compiles C for a machine, and links it with libraries and flags; answers with the library's path. */
function build(machine: Machine, name: string, source: string, needs: readonly string[] = [], ...flags: string[]): string {
  const object = objectOf(folder, machine, name, source);
  return join(folder, library(folder, machine, `${name}-${machine}.so`, object, needs, [`-soname=${name}.so`, ...flags]));
}

/** A context of a Linkwright of its own, for as long as it is used. */
async function within(options: LinkwrightOptions, use: (linkwright: Linkwright, context: Context) => Promise<void>): Promise<void> {
  await using linkwright = await Linkwright.create(options);
  const context = linkwright.context({ search: (name) => join(folder, name.replace(/\.so$/, "-x86_64.so")) });
  await use(linkwright, context);
  await context.dispose();
  const { modules, sources } = linkwright.usage;
  assert.deepEqual({ modules, sources }, { modules: 0n, sources: 0 }, "everything is given back");
}

const word = (linkwright: Linkwright, address: bigint): bigint => Buffer.from(linkwright.read(address, 8)).readBigUInt64LE();

/** The word of a module's first jump slot. */
function slotOf(linkwright: Linkwright, module: Module): bigint {
  const entry = module.relocations.find(({ type }) => type === R_X86_64_JUMP_SLOT);
  return word(linkwright, module.addressOf(entry!.vaddr));
}

const provider = build("x86_64", "provider", "int answer(void) { return 17; } int other(void) { return 3; } int seventeen = 17;");
const user = build("x86_64", "user", "int answer(void); int check(void) { return answer(); }", [provider]);
const second = build("x86_64", "second", "int answer(void) { return 18; }");

describe("node: what the host says", () => {
  test("before anybody is asked", () => within({}, async (linkwright, context) => {
    const asked: Reference[] = [];
    const module = await context.load(user, {
      before: (reference) => {
        asked.push(reference);
        return reference.name === "answer" && reference.from.startsWith("user") ? 0x1234n : undefined;
      },
    });
    assert.equal(slotOf(linkwright, module), 0x1234n);
    assert.ok(asked.some(({ name, from, version }) => name === "answer" && from.startsWith("user") && version === undefined));
  }));

  test("before anybody is asked, later", () => within({}, async (linkwright, context) => {
    const module = await context.load(user, { before: async ({ name }) => (name === "answer" ? { address: 0x99n, bytes: 4, type: 2 } : undefined) });
    assert.equal(slotOf(linkwright, module), 0x99n);
  }));

  test("when nobody else knows", () => within({}, async (linkwright, context) => {
    const lonely = build("x86_64", "lonely", "int missing(void); int check(void) { return missing(); }");
    for (const resolve of [() => 0x77, async () => 0x77n]) {
      const module = await context.load(lonely, { resolve, copy: true });
      assert.equal(slotOf(linkwright, module), 0x77n);
    }
    await assert.rejects(context.load(lonely, { resolve: () => undefined, copy: true }), { code: "MissingSymbol" });
    const defined = await context.load(lonely, { resolve: () => 1, defines: { missing: 0x55 }, copy: true });
    assert.equal(slotOf(linkwright, defined), 0x55n, "what is defined is not asked for");
  }));

  test("what a relocation takes", () => within({}, async (linkwright, context) => {
    const seen: Interception[] = [];
    const module = await context.load(user, {
      intercept: (one) => {
        seen.push(one);
        return one.name === "answer" ? 0x4321 : undefined;
      },
    });
    assert.equal(slotOf(linkwright, module), 0x4321n);
    const one = seen.find(({ name }) => name === "answer")!;
    assert.match(one.from, /^user/);
    assert.match(one.owner!, /^provider/);
    assert.equal(one.type, R_X86_64_JUMP_SLOT);
    assert.equal(one.value, module.symbol("answer"));
    assert.equal(word(linkwright, one.place), 0x4321n);
  }));

  test("what it throws while it is asked, and then nothing stays", () => within({}, async (linkwright, context) => {
    const broken = new Error("broken");
    await assert.rejects(context.load(user, { intercept: () => { throw broken; } }), broken);
    await assert.rejects(context.load(user, { intercept: () => -1 }), OptionError);
    const host = (): true => true;
    for (const options of [{ before: () => { throw broken; } }, { resolve: async () => { throw broken; }, search: host }]) {
      const error = await context.load(user, options).then(() => undefined, (why: unknown) => why);
      assert.ok(error instanceof FaultError || error === broken, String(error));
    }
    assert.equal(context.modules.length, 0);
    assert.equal(linkwright.usage.modules, 0n);
    assert.equal(linkwright.usage.sources, 0);
  }));

  test("a wrong definition", () => within({}, async (_, context) => {
    await assert.rejects(context.load(user, { defines: { answer: { address: 1, size: 4 } as never } }), OptionError);
    await assert.rejects(context.load(user, { defines: { answer: { address: 1, type: 99 } } }), OptionError);
    await assert.rejects(context.load(user, { defines: { answer: { bytes: 1 } as never } }), OptionError);
  }));

  test("a definition's size is what a COPY relocation copies", () => within({}, async (linkwright, context) => {
    const from = (await context.load(provider, { global: false })).symbol("seventeen")!;
    const copied = fixturePath("x86_64", "copy");
    const defines = { shared_value: { address: from, bytes: 4, type: 1 } };
    await assert.rejects(context.load(copied, { search: () => true, defines: { shared_value: from }, allowMissing: true }), { code: "CopySource" });
    const module = await context.load(copied, { search: () => true, defines, allowMissing: true });
    const [at] = module.relocations.filter(({ type }) => type === R_X86_64_COPY).map(({ vaddr }) => module.addressOf(vaddr));
    assert.equal(Buffer.from(linkwright.read(at!, 4)).readUInt32LE(), 17);
  }));
});

describe("node: patches", () => {
  test("lead a bound function elsewhere and back", () => within({}, async (linkwright, context) => {
    const module = await context.load(user, { patchable: true });
    const bound = slotOf(linkwright, module);
    assert.equal(module.patch("answer", 0x5678n), 1);
    assert.equal(slotOf(linkwright, module), 0x5678n);
    assert.equal(module.patch("nobody", 1), 0);
    assert.equal(module.restore("answer"), 1);
    assert.equal(slotOf(linkwright, module), bound);
  }));

  test("need a module that was loaded for them", () => within({}, async (_, context) => {
    const module = await context.load(user);
    assert.throws(() => module.patch("answer", 1n), { code: "NotPatchable" });
  }));

  test("what does not fit changes nothing", () => within({}, async (linkwright, context) => {
    const module = await context.load(fixturePath("aarch64", "odd.so"), { patchable: true });
    const sealed = (): (number | undefined)[] => module.segments.map(({ address }) => linkwright.permissions(address));
    const before = { bytes: module.bytes(), sealed: sealed() };
    assert.throws(() => module.patch("as_low16", 0x12345678n), { code: "OutOfRange" });
    assert.deepEqual({ bytes: module.bytes(), sealed: sealed() }, before);
    assert.ok(module.patch("as_low16", 0x4321n) > 0);
    assert.notDeepEqual(module.bytes(), before.bytes);
    await module.unload();
  }));
});

describe("node: one module a file", () => {
  test("by the same path, a link, another name, or an image", () => within({}, async (linkwright, context) => {
    symlinkSync(provider, join(folder, "symbolic.so"));
    linkSync(provider, join(folder, "hard.so"));
    const first = await context.load(provider);
    const { base } = first, loaded = first.loaded;
    using image = await linkwright.inspect(join(folder, "hard.so"));
    for (const from of [provider, join(folder, "symbolic.so"), join(folder, "hard.so"), image]) {
      assert.equal(await context.load(from), first);
      assert.equal(first.base, base);
      assert.equal(first.loaded, loaded);
    }
    assert.equal(first.references, 5);
    assert.equal(context.modules.length, 1);
  }));

  test("and what it needs is the one that is there", () => within({}, async (_, context) => {
    const first = await context.load(provider);
    const module = await context.load(user, { search: () => join(folder, "symbolic.so") });
    assert.deepEqual(module.dependencies, [first]);
    await first.unload();
    assert.equal(first.kept, "Needed");
    await module.unload();
    assert.equal(context.modules.length, 0);
  }));

  test("a file that changed is another one", () => within({}, async (_, context) => {
    const path = join(folder, "changing.so");
    copyFileSync(provider, path);
    const first = await context.load(path);
    utimesSync(path, 1, 1);
    assert.notEqual(await context.load(path), first);
  }));

  test("bytes are files of their own", () => within({}, async (linkwright, context) => {
    using image = await linkwright.inspect(provider);
    assert.notEqual(await context.load(await bytesOf(provider)), await context.load(await bytesOf(provider)));
    assert.equal(image.name, "provider-x86_64.so");
  }));

  test("copies lie beside it, and no load takes one for it", () => within({}, async (_, context) => {
    const copy = await context.load(provider, { copy: true, global: false });
    const first = await context.load(provider);
    const another = await context.load(provider, { copy: true, global: false });
    assert.equal(new Set([copy.base, first.base, another.base]).size, 3);
    const module = await context.load(user);
    assert.deepEqual(module.dependencies, [first]);
  }));

  test("contexts share nothing", () => within({}, async (linkwright, context) => {
    const other = linkwright.context();
    const first = await context.load(provider), theirs = await other.load(provider);
    assert.notEqual(first, theirs);
    await first.unload();
    assert.equal(theirs.symbol("answer"), theirs.addressOf(theirs.symbols.find(({ name }) => name === "answer")!.vaddr));
    await other.dispose();
  }));

  test("one of which a load fails leaves nothing open", () => within({}, async (linkwright, context) => {
    writeFileSync(join(folder, "nothing.so"), "");
    for (let i = 0; i < 3; ++i) await assert.rejects(context.load(user, { search: () => join(folder, "nothing.so") }), FaultError);
    assert.equal(linkwright.usage.sources, 0);
  }));
});

async function bytesOf(path: string): Promise<Uint8Array> {
  const { readFile } = await import("node:fs/promises");
  return readFile(path);
}

describe("node: lookups", () => {
  const versions = build("x86_64", "versions", `
    int old_answer(void) { return 1; } int new_answer(void) { return 17; }
    __asm__(".symver old_answer, answer@ONE"); __asm__(".symver new_answer, answer@@TWO");`, [], `--version-script=${versionScript()}`);

  function versionScript(): string {
    const path = join(folder, "versions.map");
    writeFileSync(path, "ONE { global: answer; local: old_answer; new_answer; }; TWO { global: answer; } ONE;");
    return path;
  }

  test("by version", () => within({}, async (_, context) => {
    const module = await context.load(versions);
    const [one, two] = [module.symbol("answer", { version: "ONE" }), module.symbol("answer", { version: "TWO" })];
    assert.ok(one !== undefined && two !== undefined && one !== two);
    assert.equal(module.symbol("answer"), two);
    assert.equal(context.symbol("answer", { version: "ONE" }), one);
    assert.equal(module.symbol("answer", { version: "THREE" }), undefined);
    assert.equal(module.owner("answer", { version: "ONE" }), module);
    assert.throws(() => module.symbol("answer", { versoin: "ONE" } as never), /did you mean "version"/);
    assert.deepEqual(module.versions.filter(({ file }) => file === undefined).map(({ name }) => name).slice(-2), ["ONE", "TWO"]);
  }));

  test("a reference's version reaches the host", () => within({}, async (linkwright, context) => {
    const versioned = build("x86_64", "versioned", "int answer(void); int check(void) { return answer(); }", [versions]);
    const asked: (string | undefined)[] = [];
    const module = await context.load(versioned, {
      search: () => true,
      resolve: ({ version }) => {
        asked.push(version);
        return 0x88;
      },
    });
    assert.deepEqual(asked, ["TWO"]);
    assert.equal(slotOf(linkwright, module), 0x88n);
  }));

  test("a version that nobody has", () => within({}, async (_, context) => {
    const versioned = build("x86_64", "versioned", "int answer(void); int check(void) { return answer(); }", [versions]);
    writeFileSync(join(folder, "one.map"), "ONE { global: answer; };");
    const only = build("x86_64", "versions_one", "int answer(void) { return 1; }", [], `--version-script=${join(folder, "one.map")}`, "-soname=versions.so");
    const error = await context.load(versioned, { search: () => only }).then(() => undefined, (why: unknown) => why);
    assert.ok(error instanceof FaultError);
    assert.deepEqual([error.code, error.fault.name, error.fault.file, error.fault.what, error.fault.value], ["MissingVersion", "TWO", "versioned-x86_64.so", "Version", 1n]);
    assert.deepEqual(error.missing, [{ name: "TWO", kind: "version", file: "versioned-x86_64.so", library: "versions.so" }]);
  }));

  test("versions that nobody has are told all at once, of whom, and by whom they are needed", () => within({}, async (_, context) => {
    const map = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return `--version-script=${join(folder, name)}`;
    };
    // Linked with libraries that have no DT_SONAME: a file's versions are those of the name that it asks for.
    const code = "int one(void) { return 1; } int two(void) { return 2; } int three(void) { return 3; }";
    const object = objectOf(folder, "x86_64", "several", code);
    const nameless = (name: string, versions: string): string => library(folder, "x86_64", join(folder, name), object, [], [map(`${name}.map`, versions)]);
    const newer = nameless("newer.so", "A { global: one; }; B { global: two; }; C { global: three; };");
    const older = nameless("older.so", "A { global: one; two; three; };");
    const middle = build("x86_64", "several_middle", "int two(void); int middle(void) { return two(); }", [newer], "-soname=middle.so");
    const user = build("x86_64", "several_user", "int one(void); int three(void); int two(void); int middle(void); int check(void) { return one() + two() + three() + middle(); }", [newer, middle]);
    const search = (name: string): string => (name === "middle.so" ? middle : older);
    const error = await context.load(user, { search }).then(() => undefined, (why: unknown) => why);
    assert.ok(error instanceof FaultError);
    const said = error.missing.map(({ name, kind, file, library }) => `${file}: ${kind} ${name} of ${basename(library!)}`);
    assert.deepEqual(said.sort(), ["middle.so: version B of newer.so", "several_user-x86_64.so: version B of newer.so", "several_user-x86_64.so: version C of newer.so"]);
    assert.equal(error.fault.value, 3n);
    assert.match(error.message, /^MissingVersion: several_user-x86_64\.so needs (B|C) of \S*newer\.so, (B|C) of \S*newer\.so; middle\.so needs B of \S*newer\.so$/);
    await (await context.load(user, { search: (name) => (name === "middle.so" ? middle : newer) })).unload();
  }));

  test("behind a module", () => within({}, async (_, context) => {
    const first = await context.load(provider), other = await context.load(second);
    assert.equal(first.next("answer"), other.symbol("answer"));
    assert.equal(other.next("answer"), undefined);
    assert.equal(first.next("nobody"), undefined);
  }));

  test("which of two comes first is the context's say, or deepBind's", () => within({}, async (linkwright, context) => {
    const other = await context.load(second);
    const shallow = await context.load(user);
    assert.equal(slotOf(linkwright, shallow), other.symbol("answer"));
    const deep = await context.load(user, { deepBind: true, copy: true });
    assert.equal(slotOf(linkwright, deep), deep.symbol("answer"));
  }));

  test("which symbol an address is in", () => within({}, async (_, context) => {
    const module = await context.load(provider);
    const place = context.symbolAt(module.symbol("other")! + 1n)!;
    assert.equal(place.module, module);
    assert.equal(place.symbol?.name, "other");
    assert.equal(place.symbol?.address, module.symbol("other"));
    assert.equal(context.symbolAt(module.base)?.symbol, undefined);
    assert.equal(context.symbolAt(module.base - 1n), undefined);
  }));

  test("where a module's parts are, why it stays, and what it takes", () => within({}, async (linkwright, context) => {
    const module = await context.load(provider, { noDelete: true });
    const headerOf = (type: number): bigint => module.addressOf(module.headers.find((one) => one.type === type)!.vaddr);
    assert.equal(module.dynamic, headerOf(2));
    assert.equal(module.ehFrame, module.headers.some(({ type }) => type === 0x6474e550) ? headerOf(0x6474e550) : undefined);
    assert.equal(module.programHeaders, module.base + 64n);
    assert.ok(module.usedBytes > 0 && module.usedBytes < context.usedBytes && BigInt(context.usedBytes) < linkwright.usage.core);
    assert.equal(module.kept, "Reference");
    await module.unload();
    assert.equal(module.kept, "NoDelete");
  }));
});

describe("node: thread-local blocks", () => {
  const C = "__thread int zeros[20]; __thread int value = 17; int *where(void) { return &value; } int *there(void) { return zeros; }";

  for (const machine of MACHINES) {
    test(machine, async () => {
      const path = build(machine, "thread", C, [], "--unresolved-symbols=ignore-all");
      await within({}, async (linkwright, context) => {
        const defines = { __tls_get_addr: 0x7000_0000, ___tls_get_addr: 0x7000_0010, lw_tls_static: 0x7000_0020, lw_tls_dynamic: 0x7000_0030, lw_tls_absent: 0x7000_0040 };
        const module = await context.load(path, { defines, allowMissing: true });
        const { tls } = module;
        assert.ok(tls);
        assert.equal(tls.number, 1);
        assert.ok(tls.bytes >= 84n && tls.bytes <= 128n);
        assert.ok(tls.offset !== undefined && (machine === "x86_64" || machine === "i386" ? tls.offset <= -84n : tls.offset >= 0n && tls.offset <= 32n));
        const value = module.symbols.find(({ name }) => name === "value")!;
        assert.equal(module.symbol("value"), undefined, "it is in every thread");
        assert.equal(value.address, undefined);
        assert.equal(Buffer.from(linkwright.read(tls.address + value.vaddr, 4)).readUInt32LE(), 17);
        await module.unload();
      });
    });
  }

  test("a descriptor without its function is refused", () => within({}, async (_, context) => {
    const object = objectOf(folder, "aarch64", "descriptor", C);
    const path = join(folder, library(folder, "aarch64", "descriptor.so", object, [], []));
    await assert.rejects(context.load(path), { code: "TlsRefused" });
    await (await context.load(path, { defines: { lw_tls_static: 0x100 } })).unload();
  }));
});

describe("node: functions that are chosen, or bound when they are called", () => {
  const chosen = build("x86_64", "chosen", "static int one(void) { return 17; } static int (*choose(void))(void) { return one; } int answer(void) __attribute__((ifunc(\"choose\")));", [], "-soname=provider.so");

  for (const [how, answer] of [["at once", () => 0x1111n], ["later", async () => 0x1111n]] as const) {
    test(`a resolver is called ${how}`, async () => {
      const calls: (readonly [bigint, bigint])[] = [];
      await within({ call: (address, [hwcap]) => (calls.push([address, hwcap]), answer()), hwcap: 0xabcn }, async (linkwright, context) => {
        const module = await context.load(user, { search: () => chosen });
        assert.equal(slotOf(linkwright, module), 0x1111n);
        assert.deepEqual(calls, [[module.symbol("answer"), 0xabcn]]);
      });
    });
  }

  test("one that does not answer is refused", () => within({ call: () => undefined }, async (_, context) => {
    await assert.rejects(context.load(user, { search: () => chosen }), { code: "ChooseRefused" });
  }));

  test("where nothing runs its address is there", () => within({}, async (linkwright, context) => {
    const module = await context.load(user, { search: () => chosen });
    assert.equal(slotOf(linkwright, module), module.symbol("answer"));
  }));

  test("a slot leads to its stub until somebody binds it", () => within({ call: () => undefined }, async (linkwright, context) => {
    const late = build("x86_64", "late", "int answer(void); int check(void) { return answer(); }", [provider], "-z", "lazy");
    const module = await context.load(late, { lazy: true, defines: { lw_lazy_entry: 0x7777 } });
    const bound = module.symbol("answer")!;
    const stub = slotOf(linkwright, module);
    assert.ok(stub >= module.base && stub < module.base + module.size);
    assert.equal(linkwright.bind(module.handle, 0), bound);
    assert.equal(slotOf(linkwright, module), bound);
    assert.equal(linkwright.bind(module.handle, 99), undefined);
    const eager = await context.load(late, { lazy: true, copy: true });
    assert.equal(slotOf(linkwright, eager), bound, "without lw_lazy_entry everything is bound at once");
  }));

  test("who loaded a module answers for it when it binds", () => within({ call: () => undefined }, async (linkwright, context) => {
    const late = build("x86_64", "lazy_lonely", "int missing(void); int check(void) { return missing(); }", [], "-z", "lazy");
    const defines = { lw_lazy_entry: 0x7777 };
    const first = await context.load(late, { lazy: true, defines: { ...defines, missing: 0x10 }, copy: true });
    const then = await context.load(late, { lazy: true, defines, resolve: () => 0x20, copy: true });
    const never = await context.load(late, { lazy: true, defines, resolve: async () => 0x30, copy: true });
    assert.equal(linkwright.bind(first.handle, 0), 0x10n);
    assert.equal(linkwright.bind(then.handle, 0), 0x20n);
    assert.throws(() => linkwright.bind(never.handle, 0), { code: "WouldWait" });
  }));
});

describe("node: text relocations", () => {
  test("only where they are allowed, and text is text again", () => within({}, async (linkwright, context) => {
    writeFileSync(join(folder, "text.c"), "");
    const source = "extern int there; int there = 5; __asm__(\".text\\n.globl where\\nwhere: .quad there\\n\");";
    const path = build("x86_64", "text", source, [], "-z", "notext");
    await assert.rejects(context.load(path), { code: "TextRelocation" });
    const module = await context.load(path, { allowText: true });
    const where = module.symbol("where")!;
    assert.equal(word(linkwright, where), module.symbol("there"));
    assert.equal(linkwright.permissions(where), 5);
  }));
});
