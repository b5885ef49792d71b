// SPDX-License-Identifier: MIT
// What the page says in numbers and words.
import type { Direction, Domain, Pair, Point } from "./core";
import { formatNats, formatNumber } from "./format";
import { markerCircles, marks } from "./layout";

const formulas: Record<Direction, string> = {
  forward: "<i>D</i>(<i>p</i>‖<i>q</i>)",
  reverse: "<i>D</i>(<i>q</i>‖<i>p</i>)",
};
const counts = ["no", "one", "two", "three", "four", "five", "six"];

export const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

export function tellError(text: string): void {
  byId("error").hidden = !text;
  byId("error").textContent = text;
}

/// The divergences of q on both domains; the one that the picture shows stands out.
export function tellNumbers(pairs: Record<Domain, Pair>, current: Domain): void {
  for (const row of document.querySelectorAll<HTMLTableRowElement>("#numbers tbody tr")) {
    const domain = row.dataset.domain as Domain;
    row.classList.toggle("current", domain === current);
    (["forward", "reverse"] as const).forEach((direction, n) => {
      const cell = row.cells[n + 1]!;
      cell.textContent = formatNats(pairs[domain][direction]);
      cell.title = String(pairs[domain][direction]);
    });
  }
}

/// Where the descents end, or else, if it is known, how many minima there are to descend to. Said once to those who
/// listen to the page.
export function tellOutcome(ends: [Direction, Point][], minima: number | undefined): void {
  const told = ends.map(
    ([direction, { mu, sigma, value }]) =>
      `<span class="${direction}">${formulas[direction]} falls to ${formatNats(value)} ` +
      `at <i>μ</i> ${formatNumber(mu, 2)}, <i>σ</i> ${formatNumber(sigma, 2)}</span>`,
  );
  if (!ends.length && minima !== undefined)
    told.push(`${formulas.reverse} has ${counts[minima] ?? minima} ${minima === 1 ? "minimum" : "minima"} here.`);
  const text = told.join("<br>");
  const { dataset } = byId("outcome");
  if (dataset.told === text) return;
  dataset.told = text;
  byId("outcome").innerHTML = text;
}

export function tellTime(compute: number, paint: number): void {
  byId("timing").textContent = `both surfaces in ${compute.toFixed(1)} ms, input to paint ${paint.toFixed(0)} ms`;
}

export function explainMarks(): void {
  const symbol = (drawing: string) => `<svg width="16" height="16" viewBox="-10 -10 20 20" aria-hidden="true">${drawing}</svg>`;
  const point = (kind: keyof typeof marks) => symbol(`<path class="${kind}" d="${marks[kind]}"></path>`);
  byId("marks").innerHTML = `<span class="points">${point("minimum")} minimum</span>
    <span class="points">${point("saddle")} saddle</span>
    <span>${symbol(markerCircles)} <i>q</i>: drag it, or use the arrow keys</span>`;
}
