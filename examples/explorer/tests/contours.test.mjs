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

test("the contours are those of d3, and each goes from cell to cell", () => {
  const sorted = (points) => points.map(([x, y]) => `${x.toFixed(9)} ${y.toFixed(9)}`).sort();
  const levels = [1, 2, 5].flatMap((m) => [-3, -2, -1, 0, 1, 2, 3].map((decade) => Number(`${m}e${decade}`)));
  let points = 0;
  for (const { name, columns, values } of surfaces()) {
    const rows = values.length / columns;
    const logs = map.logsOf(values, columns);
    for (const { level, lines } of map.contoursOf(logs, levels)) {
      const what = `${name}, ${level}`;
      // d3 has the first value at 0.5, and closes its rings along a border half a step beyond the mesh.
      const whole = contours().size([columns, rows]).contour(logs.values, Math.log10(level)).coordinates.flat(2);
      const inside = whole.filter(([x, y]) => x > 0 && x < columns && y > 0 && y < rows).map(([x, y]) => [x - 0.5, y - 0.5]);
      const walked = lines.map((line) => Array.from({ length: line.length / 2 }, (_, n) => [line[2 * n], line[2 * n + 1]]));
      assert.deepEqual([...new Set(sorted(walked.flat()))], [...new Set(sorted(inside))], what);
      for (const line of walked) {
        const [first, last] = [line[0], line.at(-1)];
        const onBorder = ([x, y]) => x === 0 || x === columns - 1 || y === 0 || y === rows - 1;
        assert.ok(onBorder(first) ? onBorder(last) : sorted([first])[0] === sorted([last])[0], `${what}: a line ends inside`);
        line.slice(1).forEach(([x, y], n) => {
          const cell = [Math.min(x, line[n][0]), Math.min(y, line[n][1])].map(Math.floor);
          assert.ok(x <= cell[0] + 1 && y <= cell[1] + 1 && line[n][0] <= cell[0] + 1 && line[n][1] <= cell[1] + 1, what);
        });
      }
      points += walked.flat().length;
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

/// A canvas that notes where letters are written.
class NotedCanvas {
  written = [];
  constructor(width, height) {
    Object.assign(this, { width, height });
  }
  getContext() {
    const canvas = this;
    let at;
    const known = {
      translate: (x, y) => (at = { x, y }),
      fillText: (text) => canvas.written.push({ text, ...at }),
      clearRect: () => (canvas.written = []),
      createLinearGradient: () => ({ addColorStop() {} }),
    };
    return new Proxy({}, { get: (_, name) => known[name] ?? (() => {}), set: () => true });
  }
}

test("no level is written where something is marked, nor on another one", () => {
  globalThis.OffscreenCanvas = NotedCanvas;
  globalThis.ImageData = class {
    constructor(width, height) {
      Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
    }
  };
  const box = { left: 44, right: 480, top: 30, bottom: 260 };
  let labels = 0;
  for (const { name, columns, values } of surfaces()) {
    const rows = values.length / columns;
    const letters = new NotedCanvas(540, 300);
    const drawn = new map.ContourMap(new NotedCanvas(540, 300), letters, columns, rows);
    drawn.resize({ width: 540, height: 300, box, bar: box, unit: 1, density: 1, fontFamily: "sans-serif" });
    drawn.draw(map.logsOf(values, columns), undefined);
    // Marks where levels were written make them move.
    const spots = letters.written.filter((_, n) => n % 2 === 0).map(({ x, y }) => ({ x: x + 3, y: y - 2 }));
    drawn.label(spots);
    for (const [n, { x, y, text }] of letters.written.entries()) {
      const near = (other, width, height) => Math.abs(other.x - x) < width && Math.abs(other.y - y) < height;
      assert.ok(!spots.some((spot) => near(spot, 27, 19)), `${name}: ${text} is under a mark`);
      assert.ok(!letters.written.some((other, m) => m < n && near(other, 44, 17)), `${name}: ${text} is on another level`);
    }
    labels += letters.written.length;
  }
  assert.ok(labels > 40, `${labels} levels written`);
});
