// SPDX-License-Identifier: MIT
// What the curves of the density plot are: rows above them, where no curve comes.
import { select } from "d3-selection";
import type { Direction } from "./core";
import { divergence, math } from "./layout";

interface Entry {
  key: string;
  html: string;
  letters: number; // about as wide as so many
}

export interface Legend {
  samples: boolean;
  components: boolean;
  fits: Direction[];
  minima: boolean;
}

function entriesOf({ samples, components, fits, minima }: Legend): Entry[] {
  const after = (direction: Direction): Entry => {
    const formula = direction === "forward" ? divergence("p", "q") : divergence("q", "p");
    return { key: `fit ${direction}`, html: `descent of ${formula}`, letters: 16 };
  };
  return [
    { key: "p line", html: samples ? `${math("p")}, of the samples` : math("p"), letters: samples ? 15 : 1 },
    ...(components ? [{ key: "components", html: "components", letters: 10.5 }] : []),
    { key: "q line", html: math("q"), letters: 1 },
    ...(minima ? [{ key: "minima", html: `minima of ${divergence("q", "p")}`, letters: 15 }] : []),
    ...fits.map(after),
  ];
}

/// Draws it from (left, top) on, as wide as may be. Returns the number of rows.
export function drawLegend(group: SVGGElement, legend: Legend, left: number, top: number, width: number, unit: number): number {
  const [letter, line, gap, rowHeight] = [7.3, 30, 16, 19];
  let [x, row] = [0, 0];
  const entries = entriesOf(legend).map((entry) => {
    const length = line + letter * entry.letters;
    if (x > 0 && (x + length) * unit > width) [x, row] = [0, row + 1];
    const placed = { ...entry, x, y: row * rowHeight };
    x += length + gap;
    return placed;
  });
  const rows = select(group)
    .attr("transform", `translate(${left},${top}) scale(${unit})`)
    .selectAll<SVGGElement, (typeof entries)[number]>("g")
    .data(entries)
    .join((enter) => {
      const each = enter.append("g");
      each.append("path");
      each.append("text");
      return each;
    })
    .attr("transform", (e) => `translate(${e.x},${e.y})`);
  rows.select("path").attr("class", (e) => e.key).attr("d", "M0,0H22");
  rows.select("text").attr("x", line - 2).attr("dy", "0.32em").html((e) => e.html);
  return row + 1;
}
