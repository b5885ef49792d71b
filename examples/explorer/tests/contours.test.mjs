// SPDX-License-Identifier: MIT
// The contours of a surface, without a page.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { before, test } from "node:test";
import { contours } from "d3-contour";
import { build } from "esbuild";
import { reference, table } from "./setting.mjs";

let map; // the module contour_map.ts

before(async () => {
  const entry = fileURLToPath(new URL("../src/contour_map.ts", import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: "esm" });
  map = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
});

/// Both surfaces of the reference mixtures, on the grid.
function* surfaces() {
  for (const { name, weights, means, stddevs } of reference("mixtures")) {
    const list = (text) => text.replaceAll(";", ",");
    const { rows } = table("surfaces", `--weights=${list(weights)}`, `--means=${list(means)}`, `--stddevs=${list(stddevs)}`);
    const columns = rows.findIndex((row) => row[1] !== rows[0][1]);
    for (const direction of [2, 3]) yield { name, columns, values: Float64Array.from(rows, (row) => row[direction]) };
  }
}

test("the contours found in the rows that a level crosses are those of the whole surface", () => {
  const sorted = (points) => points.map(([x, y]) => `${x.toFixed(9)} ${y.toFixed(9)}`).sort();
  const levels = [1, 2, 5].flatMap((m) => [-3, -2, -1, 0, 1, 2, 3].map((decade) => Number(`${m}e${decade}`)));
  let points = 0;
  for (const { name, columns, values } of surfaces()) {
    const rows = values.length / columns;
    const logs = map.logsOf(values, columns);
    for (const { level, lines } of map.contoursOf(logs, levels)) {
      const whole = contours().size([columns, rows]).contour(logs.values, Math.log10(level)).coordinates.flat(2);
      const inside = whole.filter(([x, y]) => x > 0 && x < columns && y > 0 && y < rows);
      assert.deepEqual([...new Set(sorted(lines.flat()))], [...new Set(sorted(inside))], `${name}, ${level}`);
      points += lines.flat().length;
    }
  }
  assert.ok(points > 10000, `${points} points compared`);
});

test("the levels of the colour bar and of the contours lie where they belong", () => {
  assert.deepEqual(map.levels([1, 2, 5], -3, 0.1), [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  for (const { name, columns, values } of surfaces()) {
    const logs = map.logsOf(values, columns);
    const low = Math.min(...values);
    assert.equal(logs.low, Math.min(3, Math.max(-3, Math.log10(low))), `${name}: the scale begins at the minimum`);
    assert.ok(logs.high - logs.low >= 1 && logs.high <= 4, `${name}: a decade or more, up to 10⁴`);
    const number = map.barLevels(logs).length;
    assert.ok(number >= 2 && number <= 12, `${name}: ${number} ticks`);
  }
});
