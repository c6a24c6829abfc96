// The two formats of apt's sources.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Source, linesOf, stanzasOf } from "../../scripts/sources.js";

const plain = (sources: readonly Source[]): Record<string, string>[] => sources.map((source) => Object.fromEntries(source));

describe("start: apt's sources", () => {
  test("lines", () => {
    const text = [
      "# deb http://archive.invalid/old bookworm main",
      "deb http://archive.invalid/debian bookworm main contrib # ours",
      "deb-src [ arch=amd64,arm64 signed-by=/a/key.gpg trusted=yes ] http://archive.invalid/debian bookworm/updates main",
      "deb http://archive.invalid/flat ./",
      "",
    ].join("\n");
    assert.deepEqual(plain(linesOf(text)), [
      { types: "deb", uris: "http://archive.invalid/debian", suites: "bookworm", components: "main contrib" },
      {
        types: "deb-src", uris: "http://archive.invalid/debian", suites: "bookworm/updates", components: "main",
        architectures: "amd64 arm64", "signed-by": "/a/key.gpg", trusted: "yes",
      },
    ]);
  });

  test("stanzas, with a key that goes over several lines", () => {
    const text = [
      "Types: deb", "# a remark", "URIs: http://archive.invalid/debian", "Suites: bookworm bookworm-updates", "Components: main",
      "Signed-By:", " -----BEGIN PGP PUBLIC KEY BLOCK-----", " .", " mDME", "", "Enabled: no", "URIs: http://archive.invalid/off", "", "", "X: y",
    ].join("\n");
    assert.deepEqual(plain(stanzasOf(text)), [
      {
        types: "deb", uris: "http://archive.invalid/debian", suites: "bookworm bookworm-updates", components: "main",
        "signed-by": "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDME",
      },
      { enabled: "no", uris: "http://archive.invalid/off" },
    ]);
  });
});
