// Random programs of several objects: what compilers emit relocations for, in a random mixture. A seed stands for a program.

import type { Machine } from "../../fixtures/list.js";
import { Random } from "../support/random.js";
import { DIALECTS } from "./dialects.js";
import type { File, Part, Piece, Program } from "./model.js";

/** What a program may have. */
export interface Wishes {
  /** It throws across its files: somebody has to have a C++ runtime. */
  readonly throws: boolean;
}

/** How deep calls may nest is bounded by fuel, so that no program runs long. */
const FUEL = 3000;

const OPTIMISATIONS = ["-O0", "-O1", "-O2", "-O3", "-Os"];
const OPTIONS = [["-ffunction-sections"], ["-fdata-sections"], ["-fno-jump-tables"], ["-fno-asynchronous-unwind-tables"], ["-g"], ["-fno-merge-constants"], ["-fmerge-all-constants"]];
const MODELS = ["global-dynamic", "local-dynamic", "initial-exec"];
const WORDS = ["", "a", "ba", "cba", "linkwright", "wright", "right", "%d of %s", "one\\ttwo", "the quick brown fox"];

const OPEN = "if (!fuel) return x;\n  --fuel;\n  u32 h = x";

/** What can be named, by what is done with it. */
const KINDS = ["call", "words", "write", "bytes", "common", "thread", "table", "texts", "pointer", "template", "class", "counter", "absent", "thrower", "relative"] as const;
type Kind = (typeof KINDS)[number];

class Writer {
  /** What the program is: the same on all machines, so all have to come to the same numbers. */
  readonly #random: Random;
  /** How it is compiled. */
  readonly #taste: Random;
  readonly #machine: Machine;
  readonly #wishes: Wishes;
  readonly #files: File[] = [];
  /** In the order in which they are made: each may use those that are there. */
  readonly #pieces: Piece[] = [];
  /** Keys of what can be used, by kind. */
  readonly #known = Object.fromEntries(KINDS.map((kind): [Kind, string[]] => [kind, []])) as Record<Kind, string[]>;
  #names = 0;

  constructor(machine: Machine, seed: number, wishes: Wishes) {
    this.#machine = machine;
    this.#random = new Random(seed);
    this.#taste = new Random(~seed);
    this.#wishes = wishes;
  }

  write(seed: number): Program {
    const { throws } = this.#wishes;
    const count = 2 + this.#random.below(4);
    for (let i = 0; i < count; ++i) this.#files.push(this.#file(i, throws));
    this.#add("fuel", 0, "C u32 fuel, order;", "u32 fuel = 0, order = 7;");
    this.#add("none", this.#some(), "C u32 none(u32);", "u32 none(u32 x) { return x + 1; }", [], ["fuel"]);
    this.#known.call.push("none");
    const steps = 12 + this.#random.below(28);
    for (let i = 0; i < steps; ++i) this.#step();
    this.#entry();
    // The last that was made uses all others.
    return { machine: this.#machine, seed, files: this.#files, pieces: this.#pieces.reverse(), link: this.#taste.below(3) === 0 ? ["--no-relax"] : [], throws };
  }

  #file(index: number, throws: boolean): File {
    const language = throws ? (index === 0 || this.#chance(2) ? "cc" : "c") : this.#chance(3) ? "cc" : "c";
    const { choices: [first = [], ...others], low, options } = DIALECTS[this.#machine], choices = [[...first, ...(low && throws ? [low] : [])], ...others], taste = this.#taste, isTaken = (oneIn: number): boolean => taste.below(oneIn) === 0;
    const flags = [
      taste.of(OPTIMISATIONS), ...options.filter(() => isTaken(5)), ...OPTIONS.flatMap((one) => (isTaken(4) ? one : [])),
      ...(isTaken(4) ? [`-ftls-model=${taste.of(MODELS)}`] : []), ...choices.flatMap((sets) => taste.of(sets)),
      ...(language === "cc" ? ["-std=c++17", "-fno-rtti", "-fno-threadsafe-statics"] : ["-std=gnu11", "-fcommon"]),
      ...(throws ? ["-fexceptions"] : ["-fno-exceptions"]),
    ];
    return { language, flags, isMember: index > 0 && this.#chance(4) };
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  #some(): number {
    return this.#random.below(this.#files.length);
  }

  /** A file of C++; undefined if there is none. */
  #someOf(language: File["language"]): number | undefined {
    const all = this.#files.flatMap((file, i) => (file.language === language ? [i] : []));
    return all.length ? this.#random.of(all) : undefined;
  }

  #name(letter: string): string {
    return `${letter}_${++this.#names}`;
  }

  #number(): string {
    return `${this.#random.next()}u`;
  }

  #add(key: string, file: number | undefined, declaration: string, text: string, parts: readonly Part[] = [], uses: readonly string[] = []): void {
    this.#pieces.push({ key, ...(file === undefined ? {} : { file }), declaration, text, parts, uses });
  }

  /** What it is called in declarations, and how its definition begins. */
  #linkage(): { readonly declared: string; readonly defined: string } {
    switch (this.#random.below(6)) {
      case 0: return { declared: "C HIDDEN", defined: "" };
      case 1: return { declared: "C __attribute__((visibility(\"protected\")))", defined: "" };
      case 2: return { declared: "C", defined: "__attribute__((weak))" };
      default: return { declared: "C", defined: "" };
    }
  }

  /** What only a file itself sees may be used by nobody else. */
  #of(kind: Kind, file: number | undefined): string | undefined {
    const isSeen = (key: string): boolean => {
      const piece = this.#pieces.find((one) => one.key === key)!;
      return piece.declaration !== "" || piece.file === undefined || piece.file === file;
    };
    const keys = this.#known[kind].filter(isSeen);
    return keys.length ? this.#random.of(keys) : undefined;
  }

  #step(): void {
    const steps: readonly (readonly [weight: number, make: () => void])[] = [
      [10, () => this.#function()], [3, () => this.#words()], [2, () => this.#threadLocal()], [2, () => this.#table()], [2, () => this.#texts()], [2, () => this.#pointer()],
      [1, () => this.#common()], [1, () => this.#template()], [1, () => this.#class()], [1, () => this.#counter()], [1, () => this.#absent()], [2, () => this.#initialiser()],
      [3, () => this.#jump()], [3, () => this.#read()], [1, () => this.#relative()], [1, () => this.#set()], [1, () => this.#object()],
      [this.#wishes.throws ? 3 : 0, () => this.#thrower()],
    ];
    let at = this.#random.below(steps.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, make] of steps) {
      if (at < weight) return make();
      at -= weight;
    }
  }

  #function(): void {
    const name = this.#name("f"), file = this.#some();
    const isStatic = this.#chance(5), { declared, defined } = this.#linkage();
    const section = this.#chance(8) ? `__attribute__((section(".text.${this.#random.of(["odd", "hot", "unlikely"])}"))) ` : "";
    const prefix = isStatic ? `static ${this.#chance(2) ? "__attribute__((noinline)) " : ""}` : `${defined} `;
    this.#add(name, file, isStatic ? "" : `${declared} u32 ${name}(u32);`, `${section}${prefix}u32 ${name}(u32 x) {\n  ${OPEN} * ${this.#number()};\n  %PARTS%\n  return h;\n}`, this.#statements(file), ["fuel"]);
    this.#known.call.push(name);
    if (!isStatic && defined && this.#files.length > 1 && this.#chance(2)) { // somebody else has the one that counts
      this.#add(`root-${name}`, (file + 1) % this.#files.length, "", `u32 ${name}(u32 x) { return x ^ ${this.#number()}; }`, [], [name]);
    }
  }

  #statements(file: number | undefined): Part[] {
    return Array.from({ length: 1 + this.#random.below(6) }, () => this.#statement(file)).filter((one) => one !== undefined);
  }

  #statement(file: number | undefined): Part | undefined {
    const random = this.#random;
    const using = (kind: Kind, text: (key: string) => string): Part | undefined => {
      const key = this.#of(kind, file);
      return key === undefined ? undefined : { text: text(key), uses: [key] };
    };
    const isCpp = file !== undefined && this.#files[file]!.language === "cc";
    switch (random.below(isCpp ? 23 : 18)) {
      case 0: case 1: case 2: return using("call", (f) => `h = mix(h, ${f}(h + ${random.below(100)}));`);
      case 3: return using("words", (d) => `h = mix(h, ${d}[h % (sizeof ${d} / 4)]);`);
      case 4: return using("write", (d) => `${d}[h % (sizeof ${d} / 4)] += h;`);
      case 5: return using("thread", (t) => `${t}[h & 3] += h; h = mix(h, ${t}[h >> 2 & 3]);`);
      case 6: return using("table", (t) => `h = mix(h, ${t}[h % ${t}_count](h));`);
      case 7: return using("texts", (t) => `h = hash(h, ${t}[h % ${t}_count]);`);
      case 8: return using("pointer", (p) => `h = mix(h, *${p});`);
      case 9: return { text: `h = hash(h, "${random.of(WORDS)}${random.below(3)}" + (h & 1));`, uses: [] };
      case 10: return this.#switch(file);
      case 11: return { text: `h += (u32)((u64)h * ${this.#number()} / ${1 + random.below(1000)} + ((u64)h << 11) % ${3 + random.below(1000)});`, uses: [] };
      case 12: return { text: `h += (u32)(int)((double)(h & 4095) * ${random.below(1000)}.${random.of(["0", "25", "5", "75"])} + ${random.below(50)}.25);`, uses: [] };
      case 13: return using("absent", (w) => `if (${w}) h = mix(h, ${w}(h));`);
      case 14: return using("call", (f) => `{ u32 (*volatile p)(u32) = ${f}; if (p == ${f}) h = mix(h, p(h)); }`);
      case 15: return using("relative", (r) => `h = mix(h, *(const u32 *)((const char *)&${r} + (int)${r}));`);
      case 16: return { text: `{ struct { u32 a[${4 + random.below(40)}]; } one = {{h, 1, h ^ 7}}, two = one; two.a[2] += h; one = two; h = mix(h, one.a[2] + one.a[h % 4]); }`, uses: [] };
      case 17: return using("common", (c) => `${c}[h & 3] ^= h; h = mix(h, ${c}[h >> 2 & 3]);`);
      case 18: return using("template", (t) => `h = mix(h, ${t}<u32, ${random.below(3)}>(h));`);
      case 19: return using("class", (c) => `{ ${c} one(h), *volatile p = &one; h = mix(h, p->run(h)); }`);
      case 20: case 21: return using("counter", (c) => `h = mix(h, ${c}(h));`);
      default: {
        const part = using("thrower", (t) => `try { h = mix(h, call_${t}(h)); } catch (const ${t} &caught) { h = mix(h, caught.value); }`);
        return part && { ...part, uses: [...part.uses, `${part.uses[0]}_class`] };
      }
    }
  }

  #switch(file: number | undefined): Part {
    const calls = [this.#of("call", file), this.#of("call", file)].filter((one) => one !== undefined);
    const cases = Array.from({ length: 5 + this.#random.below(9) }, (_, i) => `case ${i}: h ${this.#random.of(["+", "^", "-"])}= ${calls.length && this.#chance(3) ? `${this.#random.of(calls)}(h)` : this.#number()}; break;`);
    return { text: `switch (h % ${cases.length + 1}) { ${cases.join(" ")} default: h = ~h; }`, uses: calls };
  }

  #words(): void {
    const name = this.#name("d"), file = this.#some(), count = 4 + this.#random.below(12);
    const isConst = this.#chance(3), isZero = !isConst && this.#chance(3), isStatic = this.#chance(4), { declared, defined } = this.#linkage();
    const align = this.#random.of(["", "", " __attribute__((aligned(32)))"]), head = `${isConst ? "const " : ""}u32 ${name}[${count}]${align}`;
    const values = isZero ? "0" : Array.from({ length: count }, () => this.#number()).join(", ");
    this.#add(name, file, isStatic ? "" : `${declared} ${head};`, `${isStatic ? "static" : defined} ${head} = {${values}};`, [], []);
    this.#known.words.push(name);
    if (!isConst) this.#known.write.push(name);
    if (!isStatic) this.#known.bytes.push(name);
  }

  /** Several files say that it is there, each with another size: the largest counts. */
  #common(): void {
    const file = this.#someOf("c"), other = this.#someOf("c");
    if (file === undefined || other === undefined) return;
    const name = this.#name("c"), count = 4 + this.#random.below(30);
    this.#add(name, file, `C u32 ${name}[];`, `u32 ${name}[4];`);
    if (other !== file) this.#add(`root-${name}`, other, "", `u32 ${name}[${count}];`, [], [name]);
    this.#known.common.push(name);
  }

  #threadLocal(): void {
    const name = this.#name("t"), file = this.#some(), isStatic = this.#chance(4), isHidden = this.#chance(3);
    const model = this.#chance(4) ? ` MODEL("${this.#random.of(MODELS)}")` : "", align = this.#random.of(["", "", " __attribute__((aligned(32)))"]);
    const values = this.#chance(3) ? "0" : `${this.#number()}, 2, 3, ${this.#number()}`;
    this.#add(name, file, isStatic ? "" : `C ${isHidden ? "HIDDEN " : ""}__thread u32 ${name}[4]${model}${align};`, `${isStatic ? "static " : ""}__thread u32 ${name}[4]${model}${align} = {${values}};`);
    this.#known.thread.push(name);
  }

  #elements(kind: "call" | "bytes", file: number, text: (key: string) => string): Part[] {
    return Array.from({ length: this.#random.below(6) }, () => this.#of(kind, file)).filter((one) => one !== undefined).map((key) => ({ text: `${text(key)},`, uses: [key] }));
  }

  #table(): void {
    const name = this.#name("v"), file = this.#some(), isConst = this.#chance(2), { declared, defined } = this.#linkage();
    const head = `u32 (*${isConst ? "const " : ""}${name}[])(u32)`;
    this.#add(name, file, `${declared} ${head}; C const u32 ${name}_count;`, `${defined} ${head} = {%PARTS% none};\nconst u32 ${name}_count = %COUNT% + 1;`, this.#elements("call", file, (f) => f), ["none"]);
    this.#known.table.push(name);
  }

  #texts(): void {
    const name = this.#name("s"), file = this.#some(), { declared, defined } = this.#linkage();
    const parts = Array.from({ length: this.#random.below(8) }, (): Part => ({ text: `"${this.#random.of(WORDS)}${this.#random.below(4)}"${this.#chance(4) ? " + 1" : ""},`, uses: [] }));
    const head = `const char *const ${name}[]`;
    this.#add(name, file, `${declared} ${head}; C const u32 ${name}_count;`, `${defined} ${head} = {%PARTS% "${this.#random.of(WORDS)}"};\nconst u32 ${name}_count = %COUNT% + 1;`, parts);
    this.#known.texts.push(name);
  }

  #pointer(): void {
    const file = this.#some(), of = this.#of("bytes", file);
    if (of === undefined) return;
    const name = this.#name("p"), isStatic = this.#chance(4), { declared, defined } = this.#linkage();
    this.#add(name, file, isStatic ? "" : `${declared} const u32 *${name};`, `${isStatic ? "static" : defined} const u32 *${name} = &${of}[${this.#random.below(4)}];`, [], [of]);
    this.#known.pointer.push(name);
  }

  #template(): void {
    const name = this.#name("T");
    const inner = this.#of("call", undefined);
    this.#add(name, undefined, "", `template <class V, int N> V ${name}(V x) {\n  static V table[4] = {1, 2, N, 4};\n  table[x & 3] += ${inner === undefined ? "x" : `${inner}(x)`};\n  switch (x % 9) { case 0: x += N; break; case 1: x ^= ${this.#number()}; break; case 2: x *= 3; break; case 3: x -= 9; break; case 4: x += 77; break; case 5: x ^= 5; break; default: break; }\n  return x + table[N];\n}`, [], inner === undefined ? [] : [inner]);
    this.#known.template.push(name);
  }

  #class(): void {
    const name = this.#name("K");
    this.#add(name, undefined, "", `struct ${name}_base { virtual u32 run(u32 x) { return x + 1; } virtual u32 more(u32 x) { return x * 5; } u32 value; };\nstruct ${name} : ${name}_base { ${name}(u32 x) { value = x; } u32 run(u32 x) override { return more(x) ^ value + ${this.#number()}; } };`);
    this.#known.class.push(name);
  }

  /** An inline function of every file, with a variable that is one for all. */
  #counter(): void {
    const name = this.#name("n");
    this.#add(name, undefined, "", `inline u32 ${name}(u32 x) { static u32 count = ${this.#random.below(1000)}; static const char *const text = "${this.#random.of(WORDS)}"; return count += hash(x, text); }\ninline u32 ${name}_shared = 5;`);
    this.#known.counter.push(name);
  }

  #absent(): void {
    const name = this.#name("w");
    this.#add(name, undefined, `C u32 ${name}(u32) __attribute__((weak));`, "");
    this.#known.absent.push(name);
  }

  #initialiser(): void {
    const name = this.#name("root_k"), file = this.#plain();
    const priority = this.#chance(2) ? `(${101 + this.#random.below(5) * 100})` : "";
    this.#add(name, file, "", `__attribute__((constructor${priority})) static void ${name}(void) { order = mix(order, ${this.#random.below(1000)}); }`, [], ["fuel"]);
  }

  /** A file that is no member: when members come in is each linker's own. */
  #plain(): number {
    const files = this.#files.flatMap((file, i) => (file.isMember ? [] : [i]));
    return this.#random.of(files);
  }

  #object(): void {
    const file = this.#plain(), name = this.#name("root_g");
    if (this.#files[file]!.language !== "cc") return;
    this.#add(name, file, "", `struct S${name} { u32 value; S${name}(u32 x) : value(x * 3) { order = mix(order, value); } };\nS${name} ${name}(${this.#random.below(100)});`, [], ["fuel"]);
  }

  /** Words of several files in a section whose name is a word of C: linkers say where it begins and ends. */
  #set(): void {
    const name = this.#name("root_w"), file = this.#plain(), first = this.#pieces.find(({ key }) => key === "set");
    if (!first) {
      this.#add("set", this.#plain(), "C u32 set(u32); C const u32 __start_lw_set[], __stop_lw_set[];", `__attribute__((section("lw_set"), used)) static const u32 set_first = 3;\nu32 set(u32 x) { for (const u32 *p = __start_lw_set; p < __stop_lw_set; ++p) x = mix(x, *p); return x; }`);
      this.#known.call.push("set");
    }
    this.#add(name, file, "", `__attribute__((section("lw_set"), used)) static const u32 ${name} = ${this.#number()};`, [], ["set"]);
  }

  #assembly(name: string, file: number, body: string): string {
    const lines = `\t.pushsection .text.${name},"ax",%progbits\n\t.globl ${name}\n\t.p2align 2\n\t.type ${name}, %function\n${name}:\n${body}\t.size ${name}, . - ${name}\n\t.popsection\n`;
    const isThumb = body.includes(".thumb\n");
    // The state is told before the label, and is again what the compiler thinks it is.
    const told = this.#machine !== "arm" ? lines : lines.replace(/\t\.(arm|thumb)\n/g, "").replace(`\t.p2align 2\n`, `\t.p2align 2\n\t.${isThumb ? "thumb\n\t.thumb_func" : "arm"}\n`) + `\t.${this.#files[file]!.flags.includes("-marm") ? "arm" : "thumb"}\n`;
    return `__asm__(${told.split("\n").filter(Boolean).map((line) => `\n  "${line.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll('"', '\\"')}\\n"`).join("")});`;
  }

  /** What assembly can name: others may be renamed by the compiler, or left out. */
  #named(kind: "call" | "bytes"): string | undefined {
    const keys = this.#known[kind].filter((key) => this.#pieces.find((one) => one.key === key)!.declaration !== "");
    return keys.length ? this.#random.of(keys) : undefined;
  }

  #jump(): void {
    const to = this.#named("call");
    if (to === undefined) return;
    const name = this.#name("j"), file = this.#some();
    this.#add(name, file, `C u32 ${name}(u32);`, this.#assembly(name, file, this.#random.of(DIALECTS[this.#machine].jumps).replaceAll("%F%", to)), [], [to]);
    this.#known.call.push(name);
  }

  #read(): void {
    const of = this.#named("bytes");
    if (of === undefined) return;
    const name = this.#name("r"), file = this.#some();
    this.#add(name, file, `C u32 ${name}(u32);`, this.#assembly(name, file, this.#random.of(DIALECTS[this.#machine].reads).replaceAll("%D%", of)), [], [of]);
    this.#known.call.push(name);
  }

  /** A word that says how far another one is from it. */
  #relative(): void {
    const of = this.#named("bytes");
    if (of === undefined) return;
    const name = this.#name("a"), file = this.#some();
    const body = DIALECTS[this.#machine].apart.replaceAll("%D%", of).replaceAll("\t", "\\t").trimEnd();
    this.#add(name, file, `C HIDDEN const u32 ${name};`, `__asm__("\\t.pushsection .rodata.${name},\\"a\\",%progbits\\n\\t.globl ${name}\\n\\t.hidden ${name}\\n\\t.p2align 2\\n${name}:\\n${body}\\n\\t.popsection\\n");`, [], [of]);
    this.#known.relative.push(name);
  }

  #thrower(): void {
    const file = this.#someOf("cc");
    if (file === undefined) return;
    const name = this.#name("E"), inner = this.#of("call", undefined);
    this.#add(`${name}_class`, undefined, "", `struct ${name} { u32 value; u32 more[3]; };`);
    this.#add(name, file, `C u32 call_${name}(u32);`, `u32 call_${name}(u32 x) {\n  if (x & 1) throw ${name}{x * ${this.#number()}, {1, 2, 3}};\n  return ${inner === undefined ? "x" : `${inner}(x)`};\n}`, [], [`${name}_class`, ...(inner === undefined ? [] : [inner])]);
    this.#known.thrower.push(name);
  }

  #entry(): void {
    const guarded = (part: Part): Part => (this.#wishes.throws ? { ...part, text: `try { ${part.text} } catch (...) { h = ~h; }` } : part);
    const parts = Array.from({ length: 14 }, () => this.#statement(0)).filter((one) => one !== undefined).map(guarded);
    this.#add("entry", 0, "C u32 lw_program(u32);", `u32 lw_program(u32 x) {\n  u32 h = x;\n  fuel = ${FUEL};\n  %PARTS%\n  return mix(h, order);\n}`, parts, ["fuel"]);
  }
}

/** The program of a seed. */
export const programOf = (machine: Machine, seed: number, wishes: Wishes = { throws: false }): Program => new Writer(machine, seed, wishes).write(seed);
