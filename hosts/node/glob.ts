/** Whether a name matches a pattern of *, ? and [set], as in a shell. */
export function matches(pattern: string, name: string): boolean {
  const source = pattern.replace(/\[(!?)([^\]]+)\]|[*?]|[^*?[]|\[/g, (piece, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not ? "^" : ""}${set.replace(/[\\^]/g, "\\$&")}]`;
    if (piece === "*") return ".*";
    return piece === "?" ? "." : piece.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  });
  try {
    return new RegExp(`^${source}$`, "su").test(name);
  } catch {
    return pattern === name; // a set that ends before it begins
  }
}
