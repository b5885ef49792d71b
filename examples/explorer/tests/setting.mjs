// SPDX-License-Identifier: MIT
// What the tests share: where things are, the examples' tables, and comparing numbers.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const environment = (name, otherwise) => resolve(process.env[name] ?? join(project, otherwise));

export const page = environment("KLGRID_PAGE", "build/explorer/explorer.html");
export const core = environment("KLGRID_CORE", "build/explorer/examples/explorer/explorer_core.js");
const examples = environment("KLGRID_EXAMPLES", "build/demo/examples");

/// Of two programs that round differently: relative, absolute below 1, as the library promises of its surfaces.
export const accuracy = 1e-12;

export function assertNear(actual, expected, tolerance, what) {
  if (actual === expected) return;
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  assert.ok(error <= tolerance, `${what}: ${actual} is not ${expected} within ${tolerance}`);
}

export function parseCsv(text) {
  const [header, ...lines] = text.trimEnd().split("\n");
  return { header, rows: lines.map((line) => line.split(",").map(toNumber)) };
}

/// "inf" is how the tables write infinity.
const toNumber = (field) => (field === "inf" ? Infinity : Number(field));

/// The table that an example writes, as text and as numbers.
export function tableText(example, ...options) {
  const program = join(examples, example);
  assert.ok(existsSync(program), `${program} is missing: cmake --workflow --preset demo builds it`);
  return execFileSync(program, options, { encoding: "utf8", maxBuffer: 1e8 });
}
export const table = (example, ...options) => parseCsv(tableText(example, ...options));

/// A table of the library's reference figures, as records of texts.
export function reference(name) {
  const [header, ...lines] = readFileSync(join(project, "tests/reference", `${name}.csv`), "utf8").trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((field, n) => [names[n], field])));
}

/// Equal to the byte but for the divergences, which are equal to the accuracy: WebAssembly's exp and log are not the
/// machine's, and differ from them in the last digits.
export function assertSameTable(actual, expected) {
  const meshOf = (text) => text.split("\n").map((line) => line.split(",").slice(0, 2).join()).join("\n");
  assert.equal(actual.split("\n", 1)[0], expected.split("\n", 1)[0]);
  assert.equal(meshOf(actual), meshOf(expected));
  const [ours, theirs] = [actual, expected].map(parseCsv);
  theirs.rows.forEach((row, i) =>
    [2, 3].forEach((j) => assertNear(ours.rows[i][j], row[j], accuracy, `row ${i}, ${theirs.header.split(",")[j]}`)),
  );
}
