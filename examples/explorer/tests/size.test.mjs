// SPDX-License-Identifier: MIT
// What a visitor has to fetch.
import { gzipSync } from "node:zlib";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { page as file } from "./setting.mjs";

test("the page has at most 300 kB, gzipped", (t) => {
  const size = gzipSync(readFileSync(file), { level: 9 }).length / 1000;
  t.diagnostic(`${size.toFixed(1)} kB`);
  assert.ok(size <= 300);
});
