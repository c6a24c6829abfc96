// The images of `linkwright link` are, byte for byte, those of the reference in link.py: of every case that links, at more than
// one base, and of real libraries.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { ROOT } from "../support/files.js";
import { type Job, jobsOf, linkAll, talk, typed } from "../support/jobs.js";
import { systemLibraries } from "../support/system.js";

/** What link.py says of a job. */
interface Reference {
  readonly modules: readonly string[];
  readonly missing: readonly string[];
  readonly places: number;
  readonly differs: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), "linkwright-oracle-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function compare(group: string, jobs: readonly Job[], least: number): void {
  describe(`link: ${group}`, () => {
    const images = jobs.map((_, i) => join(folder, `${group}-${i}.image`));
    const linked = linkAll(jobs.map((job, i) => typed(job, images[i]!)));
    const refer = (indexes: readonly number[]): Reference[] => talk<Reference>("python3", [join(ROOT, "test/oracle/link.py")], indexes.map((i) => ({
      files: jobs[i]!.files, search: jobs[i]!.search, defines: jobs[i]!.defines, placed: linked[i]!.modules, start: linked[i]!.image.start, image: images[i],
    })), { ...process.env, PYTHONPATH: join(ROOT, "build/tools/python") });
    const done = linked.flatMap(({ fault }, i) => (fault ? [] : [i]));
    const references = refer(done);

    test(`at least ${least} images are compared`, () => {
      const refused = linked.flatMap(({ fault }, i) => (fault ? [`${jobs[i]!.name}: ${fault.code}`] : []));
      assert.ok(done.length >= least, `${done.length} of ${jobs.length}; ${refused.join(", ")}`);
      assert.ok(references.reduce((sum, { places }) => sum + places, 0) > least, "relocations are compared");
    });

    test("the reference notices one bit", () => {
      const [first = 0] = done, image = readFileSync(images[first]!), at = image.length >> 1;
      image[at] = image[at]! ^ 4;
      writeFileSync(images[first]!, image);
      assert.deepEqual(refer([first])[0]!.differs, [`0x${(BigInt(linked[first]!.image.start) + BigInt(at)).toString(16)}`]);
    });

    for (const [k, i] of done.entries()) {
      test(jobs[i]!.name, () => {
        const told = linked[i]!, reference = references[k]!;
        assert.deepEqual(told.modules.map(({ name }) => name), reference.modules);
        assert.deepEqual(reference.differs, []);
        assert.deepEqual([...told.missing].sort(), reference.missing);
      });
    }
  });
}

for (const machine of MACHINES) compare(machine, jobsOf(machine), 60);
compare("the system's own", systemLibraries().map((path) => ({
  name: basename(path), files: [path], search: [], base: 0x5555_0000_0000n, defines: { free: "0x1234", memcpy: "0xffffffffff600000" }, allowsMissing: true,
})), 5);
