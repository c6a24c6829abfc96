// Runs the programs of all linkers in turn, each in a process of its own, and sets what they say side by side.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { OWN_MACHINE } from "../../../scripts/linux.js";
import { makeLibraries } from "../libraries.js";
import { type Effort, type Seconds, secondsOf } from "../row.js";
import { type Peer, makePeers } from "./build.js";
import { type Figure, type Said, figuresOf, manyFigures, manyTitles, objectFigures } from "./figures.js";
import { OWN, makeObjects } from "./objects.js";
import { countObjects } from "./riscv64.js";
import { makeSubjects } from "./subjects.js";

const run = promisify(execFile);

/** What one linker did. */
export interface Cell {
  readonly linker: string;
  /** Seconds, or bytes: the medians of all processes. */
  readonly value: Seconds;
  /** By the system's linker's, of the same turn. */
  readonly ratio: Seconds;
}

/** How far a mark is. */
export interface Reached {
  readonly by: string;
  readonly ratio: number;
  readonly required?: number;
  readonly goal?: number;
}

/** One figure, measured. */
export interface Measured {
  readonly what: string;
  readonly unit: Figure["unit"];
  readonly cells: readonly Cell[];
  /** Who could not do it, and why. */
  readonly refused: readonly { readonly linker: string; readonly why: string }[];
  readonly marks: readonly Reached[];
  readonly counts?: Figure["counts"];
}

const OURS = "Linkwright", SYSTEM = "glibc";

/** What has to be true of a process that counts. */
function doubtOf(peer: Peer, figure: Figure, said: Said): string | undefined {
  if (said.wasThere) return "the file was loaded before it was";
  if (Boolean(said.systemLoads) !== Boolean(peer.isSystem)) return `the system's linker loaded ${said.systemLoads} modules`;
  if (said.isCode === 0) return "there is no code where the symbol is";
  if (said.left) return "the mapping is still there after the close";
  if (figure.sum !== undefined && said.answer !== figure.sum) return `the functions add up to ${said.answer}, not ${figure.sum}`;
  return undefined;
}

async function turnOf(peer: Peer, figure: Figure, milliseconds: number): Promise<{ readonly value: number; readonly answer: number | undefined }> {
  const env = {
    ...process.env,
    ...(figure.preload?.length ? { LD_PRELOAD: figure.preload.join(":") } : {}),
    ...(figure.folder ? { LD_LIBRARY_PATH: figure.folder } : {}),
  };
  const args = figure.args(peer.isBare ? "look" : "call", String(milliseconds));
  const { stdout } = await run(peer.program, args, { env, maxBuffer: 1 << 24 }).catch((error: { stderr: string; signal?: string; message: string }) => {
    throw new Error(error.stderr?.trim().split("\n").at(-1) || error.signal || error.message);
  });
  const said = JSON.parse(stdout) as Said;
  const doubt = doubtOf(peer, figure, said);
  if (doubt) throw new Error(doubt);
  return { value: figure.unit === "KiB" ? said.held! : secondsOf(said.seconds!).median, answer: said.answer };
}

/** Whether a linker can do it at all. */
const isOf = ({ by }: Figure, { name, isForObjects }: Peer): boolean => by ? by.includes(name) : !isForObjects;

async function measure(figure: Figure, peers: readonly Peer[], { isQuick }: Effort): Promise<Measured> {
  const turns = isQuick ? 1 : figure.isLong ? 5 : 9, milliseconds = isQuick ? 2 : 40;
  const values = new Map<string, number[]>();
  const refused: { linker: string; why: string }[] = [];
  let answer: number | undefined;
  for (let turn = 0; turn < turns; ++turn) {
    for (const peer of peers) {
      if (!isOf(figure, peer) || refused.some(({ linker }) => linker === peer.name)) continue;
      try {
        const said = await turnOf(peer, figure, milliseconds);
        answer ??= said.answer;
        if (!peer.isBare && said.answer !== answer) throw new Error(`it says ${said.answer}, the system's linker ${answer}`);
        values.set(peer.name, [...values.get(peer.name) ?? [], said.value]);
      } catch (error) {
        refused.push({ linker: peer.name, why: (error as Error).message });
        values.delete(peer.name);
      }
    }
  }
  const ratiosBy = (by: string, linker: string): number[] => (values.get(linker) ?? []).map((value, i) => value / (values.get(by)?.[i] ?? NaN));
  return {
    what: figure.what, unit: figure.unit, refused, ...(figure.counts ? { counts: figure.counts } : {}),
    cells: [...values].map(([linker, all]) => ({ linker, value: secondsOf(all), ratio: secondsOf(ratiosBy(SYSTEM, linker)) })),
    marks: figure.marks.filter(({ by }) => values.has(by) && values.has(OURS)).map((mark) => ({ ...mark, ratio: secondsOf(ratiosBy(mark.by, OURS)).median })),
  };
}

/** Measures all figures whose name has `only` in it. */
export async function measurePeers(effort: Effort, only: string): Promise<readonly Measured[]> {
  const peers = await makePeers(effort.say);
  const subjects = await makeSubjects(effort.say);
  const counts = effort.isQuick ? [10] : [10, 100, 1000];
  const isMany = manyTitles(counts).some((what) => what.includes(only));
  const many = isMany ? await makeLibraries(OWN_MACHINE!, counts, effort.say) : undefined;
  const objects = await makeObjects(OWN, effort.say);
  const figures = [...figuresOf(subjects), ...objectFigures(objects), ...(many ? manyFigures(counts, many) : [])];
  const measured: Measured[] = [];
  for (const figure of figures.filter(({ what }) => what.includes(only))) {
    effort.say(figure.what);
    const done = await measure(figure, peers, effort);
    for (const { linker, why } of done.refused) effort.say(`${figure.what}: ${linker}: ${why}`);
    measured.push(done);
  }
  if (!effort.isQuick) measured.push(...await countObjects(effort.say, only));
  return measured;
}

/** The names of all linkers, in the table's order. */
export const linkersOf = (all: readonly Measured[]): string[] => [...new Set(all.flatMap(({ cells }) => cells.map(({ linker }) => linker)))];
