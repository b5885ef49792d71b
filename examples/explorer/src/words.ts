// SPDX-License-Identifier: MIT
// Where the page says things.
import type { Domain, Pair } from "./core";
import { formatNats } from "./format";
import { markerCircles, marks } from "./layout";

export const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

/// Sets what an element says, once: it is said to those who listen to the page.
export function say(id: string, html: string): void {
  const element = byId(id);
  if (element.dataset.said === html) return;
  element.dataset.said = html;
  element.innerHTML = html;
}

/// Texts that stay until they are dismissed, or followed by others.
export function tellError(...texts: string[]): void {
  byId("error").hidden = !texts.length;
  byId("error-text").replaceChildren(
    ...texts.map((text) => {
      const line = document.createElement("span");
      line.textContent = text;
      return line;
    }),
  );
}

/// The divergences of q on both domains; the one that the picture shows stands out.
export function tellNumbers(pairs: Record<Domain, Pair>, current: Domain): void {
  for (const row of document.querySelectorAll<HTMLTableRowElement>("#numbers tbody tr")) {
    const domain = row.dataset.domain as Domain;
    row.classList.toggle("current", domain === current);
    (["forward", "reverse"] as const).forEach((direction, n) => {
      const cell = row.cells[n + 1]!;
      const text = formatNats(pairs[domain][direction]);
      if (cell.textContent !== text) cell.textContent = text;
      cell.dataset.value = String(pairs[domain][direction]);
    });
  }
}

export function tellTime(compute: number, paint: number): void {
  byId("timing").textContent = `both surfaces in ${compute.toFixed(1)} ms, input to picture ${paint.toFixed(0)} ms`;
}

export function explainMarks(): void {
  const symbol = (drawing: string) => `<svg width="18" height="18" viewBox="-11 -11 22 22" aria-hidden="true">${drawing}</svg>`;
  const point = (kind: keyof typeof marks) => symbol(`<path class="${kind}" d="${marks[kind]}"></path>`);
  byId("marks").innerHTML = `<span>${symbol(markerCircles)} <i>q</i></span>
    <span class="points">${point("best")} best minimum</span>
    <span class="points">${point("minimum")} other minimum</span>
    <span class="points">${point("saddle")} saddle</span>`;
}
