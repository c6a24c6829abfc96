// Where this system gets Debian from: the entries of its apt sources, in either of apt's two formats.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** One entry of apt's sources: fields of the deb822 format (sources.list(5)), names in lower case. */
export type Source = ReadonlyMap<string, string>;

const APT = "/etc/apt";

/** The stanzas of a deb822 file. A line that begins with a space continues the field above it. */
export function stanzasOf(text: string): Source[] {
  const stanzas: Map<string, string>[] = [new Map()];
  let field = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue;
    if (line.trim() === "") {
      stanzas.push(new Map());
      continue;
    }
    const stanza = stanzas.at(-1)!;
    const colon = line.indexOf(":");
    if (/^[ \t]/.test(line)) stanza.set(field, `${stanza.get(field) ?? ""}\n${line}`);
    else if (colon > 0) stanza.set((field = line.slice(0, colon).trim().toLowerCase()), line.slice(colon + 1).trim());
  }
  return stanzas.filter((stanza) => stanza.has("uris"));
}

/** The entries of a file in the one-line format: `deb [arch=amd64 signed-by=/key] URI suite component...`. */
export function linesOf(text: string): Source[] {
  return text.split("\n").flatMap((line) => {
    const [, type, options = "", uri, suite, components] =
      /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line) ?? [];
    if (!type || !uri || !suite || !components) return [];
    const pairs = options.trim().split(/\s+/).filter(Boolean).map((option): [string, string] => {
      const [name = "", values = ""] = option.split(/=(.*)/s);
      return [name === "arch" ? "architectures" : name, values.replaceAll(",", " ")];
    });
    return [new Map([["types", type], ["uris", uri], ["suites", suite], ["components", components.trim()], ...pairs])];
  });
}

function systemSources(): Source[] {
  const folder = join(APT, "sources.list.d");
  const parts = existsSync(folder) ? readdirSync(folder).sort().map((name) => join(folder, name)) : [];
  return [join(APT, "sources.list"), ...parts].filter((path) => existsSync(path)).flatMap((path) => {
    if (path.endsWith(".sources")) return stanzasOf(readFileSync(path, "utf8"));
    return path.endsWith(".list") ? linesOf(readFileSync(path, "utf8")) : [];
  });
}

function codename(): string {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^VERSION_CODENAME="?([\w-]+)"?$/m.exec(release)?.[1] ?? "stable";
}

// What other vendors offer has suites or components of other names, and not every architecture.
function isDebian(source: Source): boolean {
  const suites = new RegExp(`^(${codename()}|stable)(-updates|-security|/updates)?$`);
  return source.get("enabled") !== "no" && has(source, "suites", (word) => suites.test(word)) && has(source, "components", (word) => word === "main")
    && !(source.get("uris") ?? "").startsWith("cdrom:");
}

const has = (source: Source, field: string, matches: (word: string) => boolean): boolean => (source.get(field) ?? "").split(/\s+/).some(matches);

/** Whether it is the archive itself, which has all suites, and not one of what was changed in this system's. */
const isArchive = (source: Source): boolean => has(source, "suites", (word) => word === codename() || word === "stable");

/** What to ask the archive for. */
export interface Wanted {
  /** Of binary packages; none: only sources are wanted. */
  readonly architectures: readonly string[];
  readonly sources: boolean;
  /** The release, unless it is the system's own. */
  readonly suite: string | undefined;
}

// What we decide ourselves, and what would only make the lists larger.
const OURS = new Set(["types", "components", "architectures", "targets", "languages", "enabled", "pdiffs"]);

/**
 * The system's own Debian sources, asked for these packages.
 *
 * @returns a file in the deb822 format; empty if the system has no such source
 */
export function sourcesFor({ architectures, sources, suite }: Wanted): string {
  const kept = systemSources().filter((source) => isDebian(source) && (suite === undefined || isArchive(source)))
    .map((source) => [...source].filter(([name]) => !OURS.has(name) && (name !== "suites" || suite === undefined)));
  const kinds = [...(architectures.length ? ["deb Packages"] : []), ...(sources ? ["deb-src Sources"] : [])].map((kind) => kind.split(" "));
  const fields = [
    ["types", kinds.map(([type]) => type).join(" ")], ["components", "main"], ["targets", kinds.map(([, target]) => target).join(" ")], ["languages", "none"],
    ...(architectures.length ? [["architectures", architectures.join(" ")]] : []), ...(suite === undefined ? [] : [["suites", suite]]),
  ];
  const stanzas = kept.map((source) => [...fields, ...source].map(([name, value]) => `${name}: ${value}\n`).join(""));
  return [...new Set(stanzas)].join("\n"); // deb and deb-src of one archive are the same entry twice
}
