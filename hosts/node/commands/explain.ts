// explain CODE: what a code means and what helps.

import { Code } from "../../../assembly/words.js";
import { type Command, UsageError } from "../command.js";
import { codeName, stageOf } from "../fault.js";
import { FAULTS } from "../faults.js";
import { nearest } from "../nearest.js";
import { pairs, say, sayJson } from "../terminal.js";

function codes(): [string, Code][] {
  return Object.entries(Code).filter((entry): entry is [string, Code] => typeof entry[1] === "number");
}

function codeOf(text: string): Code {
  const named = codes().find(([name]) => name.toLowerCase() === text.toLowerCase());
  if (named) return named[1];
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text) && Code[Number(text)] !== undefined) return Number(text);
  const meant = nearest(text, codes().map(([name]) => name));
  throw new UsageError(`there is no code "${text}"${meant ? `; did you mean ${meant}?` : ""}`, "explain");
}

export const explain: Command = {
  name: "explain",
  usage: "CODE",
  summary: "what a fault's code means, what was expected and what helps",
  details: ["CODE is a name (BadMagic) or a number (0x0102)."],
  options: {},
  files: { least: 1, most: 1, what: "CODE" },
  async run(args) {
    const code = codeOf(args.files[0]!);
    const words = FAULTS[code];
    const name = codeName(code), number = `0x${code.toString(16).padStart(4, "0")}`;
    if (args.has("json")) sayJson({ code: name, number, stage: stageOf(code), ...words });
    else {
      pairs([
        ["code", `${name} (${number})`], ["stage", stageOf(code)], ["means", words.means], ["expected", words.expected],
        ["remedy", words.remedy],
      ]).forEach((line) => say(line));
    }
    return 0;
  },
};
